/** What a failure means for who asked. */
export const EtcdFault = {
  /** Nobody knows whether the request was carried out; another member may answer. */
  connection: 'connection',
  /** The lease has expired or was revoked. */
  leaseGone: 'leaseGone',
  leaseExists: 'leaseExists',
  /** User or password. */
  credentials: 'credentials',
  /** The user may not do that. */
  denied: 'denied',
  /** The moment at which something was being read has been forgotten meanwhile; it is to be read anew. */
  compacted: 'compacted',
  refused: 'refused',
} as const;
export type EtcdFault = (typeof EtcdFault)[keyof typeof EtcdFault];

export class EtcdError extends Error {
  readonly fault: EtcdFault;

  constructor(fault: EtcdFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EtcdError';
    this.fault = fault;
  }
}

export function isFault(error: unknown, ...faults: readonly EtcdFault[]): error is EtcdError {
  return error instanceof EtcdError && faults.includes(error.fault);
}

/** etcd's own texts, which do not change within version 3; npm `etcd3` loses the status code of some of them. */
const texts: readonly (readonly [RegExp, EtcdFault])[] = [
  [/requested lease not found/, EtcdFault.leaseGone],
  [/lease already exists/, EtcdFault.leaseExists],
  // A member that was restarted knows no token any more, and one that lags behind knows another state of the users.
  [/invalid auth token|auth store is old|revision in header is old/, EtcdFault.connection],
  [
    /authentication failed|user name is empty|user name not found|authentication is not enabled/,
    EtcdFault.credentials,
  ],
  [/permission denied/, EtcdFault.denied],
  [
    /no leader|leader changed|not leader|leader transferee|request timed out|too many requests|server stopped|unhealthy cluster/,
    EtcdFault.connection,
  ],
  [/required revision has been compacted/, EtcdFault.compacted],
  [/database space exceeded|message larger than max/i, EtcdFault.refused],
];

/** `isTransient`: the library's own judgement by the status code. */
export function toEtcdError(error: unknown, isTransient: boolean): EtcdError {
  if (error instanceof EtcdError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const known = texts.find(([pattern]) => pattern.test(message))?.[1];
  const fault = known ?? (isTransient ? EtcdFault.connection : EtcdFault.refused);
  return new EtcdError(fault, message, { cause: error });
}
