import { dataType } from './data-type.ts';
import { bool, bytes, field, int, mapOf, message, type MessageOf, repeated, text, uint } from './message.ts';

/**
 * What is used of spark/connect/base.proto, of Spark 3.5 and 4. Protobuf numbers never change their meaning, so one
 * table serves both; `tests/spark/proto.test.ts` holds it to the .proto files of the jars.
 */
const userContext = message({ userId: field(1, text), userName: field(2, text) });
/** Who is asking; the first fields of every request, and the same in all of them. */
const caller = { sessionId: field(1, text), userContext: field(2, userContext) } as const;

const nothing = message({});
const keyValue = message({ key: field(1, text), value: field(2, text) });

const relation = message({
  sql: field(10, message({ query: field(1, text) })),
});
export const plan = message({ root: field(1, relation) });
export type Plan = MessageOf<typeof plan>;

export const executePlanRequest = message({
  ...caller,
  plan: field(3, plan),
  clientType: field(4, text),
  requestOptions: repeated(
    5,
    message({ reattachOptions: field(1, message({ reattachable: field(1, bool) })) }),
  ),
  operationId: field(6, text),
});
export type ExecutePlanRequest = MessageOf<typeof executePlanRequest>;

const metricValue = message({ name: field(1, text), value: field(2, int), metricType: field(3, text) });
const metricObject = message({ name: field(1, text), executionMetrics: mapOf(4, metricValue) });
const stageInfo = message({
  numTasks: field(2, int),
  numCompletedTasks: field(3, int),
  inputBytesRead: field(4, int),
});

export const executePlanResponse = message({
  sessionId: field(1, text),
  arrowBatch: field(2, message({ rowCount: field(1, uint), data: field(2, bytes) })),
  metrics: field(4, message({ metrics: repeated(1, metricObject) })),
  schema: field(7, dataType),
  operationId: field(12, text),
  responseId: field(13, text),
  resultComplete: field(14, nothing),
  executionProgress: field(18, message({ stages: repeated(1, stageInfo), numInflightTasks: field(2, int) })),
});
export type ExecutePlanResponse = MessageOf<typeof executePlanResponse>;
export type Metrics = NonNullable<ExecutePlanResponse['metrics']>;

export const reattachExecuteRequest = message({
  ...caller,
  operationId: field(3, text),
  clientType: field(4, text),
  lastResponseId: field(5, text),
});

export const releaseExecuteRequest = message({
  ...caller,
  operationId: field(3, text),
  clientType: field(4, text),
  releaseAll: field(5, nothing),
});
export const releaseExecuteResponse = message({ sessionId: field(1, text) });

export const configRequest = message({
  ...caller,
  operation: field(
    3,
    message({
      set: field(1, message({ pairs: repeated(1, keyValue) })),
      get: field(2, message({ keys: repeated(1, text) })),
      getOption: field(4, message({ keys: repeated(1, text) })),
      getAll: field(5, message({ prefix: field(1, text) })),
      unset: field(6, message({ keys: repeated(1, text) })),
      isModifiable: field(7, message({ keys: repeated(1, text) })),
    }),
  ),
  clientType: field(4, text),
});
export type ConfigOperation = NonNullable<MessageOf<typeof configRequest>['operation']>;
export const configResponse = message({ pairs: repeated(2, keyValue), warnings: repeated(3, text) });

export const analyzePlanRequest = message({
  ...caller,
  clientType: field(3, text),
  schema: field(4, message({ plan: field(1, plan) })),
  explain: field(5, message({ plan: field(1, plan), explainMode: field(2, uint) })),
  sparkVersion: field(10, nothing),
});
export type AnalyzePlanRequest = MessageOf<typeof analyzePlanRequest>;
export const analyzePlanResponse = message({
  schema: field(2, message({ schema: field(1, dataType) })),
  explain: field(3, message({ explainString: field(1, text) })),
  sparkVersion: field(8, message({ version: field(1, text) })),
});

/** `interruptType` 3 = one operation, by its id. */
export const INTERRUPT_OPERATION_ID = 3;
export const interruptRequest = message({
  ...caller,
  clientType: field(3, text),
  interruptType: field(4, uint),
  operationId: field(6, text),
});
export const interruptResponse = message({ interruptedIds: repeated(2, text) });

/** Spark 4: a session ends when it is told to, not an hour later. */
export const releaseSessionRequest = message({ ...caller, clientType: field(3, text) });
export const releaseSessionResponse = message({ sessionId: field(1, text) });

/** Spark 4. */
export const fetchErrorDetailsRequest = message({
  ...caller,
  errorId: field(3, text),
  clientType: field(4, text),
});
const throwable = message({ errorClass: field(1, text), sqlState: field(4, text) });
export const fetchErrorDetailsResponse = message({
  rootErrorIdx: field(1, int),
  errors: repeated(
    2,
    message({
      errorTypeHierarchy: repeated(1, text),
      message: field(2, text),
      causeIdx: field(4, int),
      sparkThrowable: field(5, throwable),
    }),
  ),
});

/** google.rpc.Status and the one detail of it that Spark sends. */
export const rpcStatus = message({
  code: field(1, int),
  message: field(2, text),
  details: repeated(3, message({ typeUrl: field(1, text), value: field(2, bytes) })),
});
export const errorInfo = message({
  reason: field(1, text),
  domain: field(2, text),
  metadata: mapOf(3, text),
});
