export { BatchCursor } from './columns/batch-cursor.ts';
export { buildRows, type Cell, rowsResult, textColumns } from './columns/build-rows.ts';
export { type CivilDate, civilDate, isFourDigitYear, putDate, putTime } from './columns/date-text.ts';
export { isInvalid, NullMask } from './columns/null-mask.ts';
export { putScaled } from './columns/scaled-text.ts';
export { shortestDouble } from './columns/shortest-double.ts';
export { type TextRows, TextSink } from './columns/text-sink.ts';
export {
  type ColumnTypeInfo,
  decimalTypeInfo,
  hiveTypeInfo,
  JDBC,
  typeInfoRows,
} from './columns/type-info.ts';
export { ZoneClock } from './columns/zone-clock.ts';
export { engineHostArea } from './config.ts';
export { engineMain } from './engine-main.ts';
export type * from './executor.ts';
export { jdbcPattern } from './jdbc-pattern.ts';
export { encodeEngineSpec, type EngineSpec, parseEngineSpec } from './launch/engine-spec.ts';
export { type LaunchEngineOptions, launchEngineProcess } from './launch/launcher.ts';
export { type DrainOptions, EngineState } from './lifecycle/engine-lifecycle.ts';
export { columnRow, functionRow, tableRow } from './metadata-rows.ts';
export { metadataSchemas } from './metadata-schemas.ts';
export { sliceBatch } from './result/batches.ts';
export {
  type CreateExecutor,
  type ExecutorContext,
  type RunEngineOptions,
  type RunningEngine,
  runEngine,
} from './run-engine.ts';
export { ByteBudget } from './result/byte-budget.ts';
export { sessionSetting } from './session/session-keys.ts';
export { version } from './version.ts';
