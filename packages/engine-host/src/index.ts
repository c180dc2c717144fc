export { engineHostArea } from './config.ts';
export { engineMain } from './engine-main.ts';
export type * from './executor.ts';
export { encodeEngineSpec, type EngineSpec, parseEngineSpec } from './launch/engine-spec.ts';
export { type LaunchEngineOptions, launchEngineProcess } from './launch/launcher.ts';
export { type DrainOptions, EngineState } from './lifecycle/engine-lifecycle.ts';
export { metadataSchemas } from './metadata-schemas.ts';
export {
  type CreateExecutor,
  type ExecutorContext,
  type RunEngineOptions,
  type RunningEngine,
  runEngine,
} from './run-engine.ts';
export { version } from './version.ts';
