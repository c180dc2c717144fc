/** Codes of the Apache C client and of the protocol, as `zookeeper.h` numbers them. */
export const ZkCode = {
  ok: 0,
  systemError: -1,
  connectionLoss: -4,
  marshalling: -5,
  operationTimeout: -7,
  badArguments: -8,
  invalidState: -9,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidAcl: -114,
  authFailed: -115,
  closing: -116,
  sessionMoved: -118,
} as const;
export type ZkCode = (typeof ZkCode)[keyof typeof ZkCode];

/** After these nobody knows whether the server carried the operation out. */
const connectionCodes: ReadonlySet<number> = new Set([
  ZkCode.connectionLoss,
  ZkCode.operationTimeout,
  ZkCode.invalidState,
  ZkCode.sessionExpired,
  ZkCode.closing,
  ZkCode.sessionMoved,
]);

/** An operation's failure with ZooKeeper's number as a property; npm `zookeeper` puts it into the text only. */
export class ZkError extends Error {
  readonly zkCode: number;
  readonly path: string;

  constructor(zkCode: number, operation: string, path: string, text: string) {
    super(`${operation} ${path}: ${text} (${zkCode})`);
    this.name = 'ZkError';
    this.zkCode = zkCode;
    this.path = path;
  }

  get isConnectionProblem(): boolean {
    return connectionCodes.has(this.zkCode);
  }
}

export function isZkCode(error: unknown, ...codes: readonly number[]): error is ZkError {
  return error instanceof ZkError && codes.includes(error.zkCode);
}

export function isConnectionProblem(error: unknown): error is ZkError {
  return error instanceof ZkError && error.isConnectionProblem;
}
