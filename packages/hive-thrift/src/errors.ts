export type ThriftProtocolErrorKind =
  /** The bytes end inside a value. */
  | 'truncated'
  /** A length or count beyond a bound. */
  | 'too-large'
  /** Not the strict binary protocol. */
  | 'bad-version'
  /** A wire type that does not exist, or an element type other than the table's. */
  | 'bad-type'
  | 'too-deep'
  | 'missing-field'
  /** A field that may come once came twice (see `locateHandle`). */
  | 'duplicate-field'
  /** More bytes than the message has. */
  | 'trailing-bytes'
  /** Anything else that makes a message unusable: a union of two, an unknown message type. */
  | 'bad-message';

/** Bytes that are not what the protocol allows, or a value that cannot be put into it. */
export class ThriftProtocolError extends Error {
  override readonly name = 'ThriftProtocolError';
  readonly kind: ThriftProtocolErrorKind;

  constructor(kind: ThriftProtocolErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Codes of Thrift's TApplicationException. */
export const ApplicationErrorType = {
  UNKNOWN: 0,
  UNKNOWN_METHOD: 1,
  INVALID_MESSAGE_TYPE: 2,
  WRONG_METHOD_NAME: 3,
  BAD_SEQUENCE_ID: 4,
  MISSING_RESULT: 5,
  INTERNAL_ERROR: 6,
  PROTOCOL_ERROR: 7,
} as const;
export type ApplicationErrorType = (typeof ApplicationErrorType)[keyof typeof ApplicationErrorType];

/** Thrift's TApplicationException: the call as such failed, as opposed to a TStatus of ERROR. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';
  /** One of `ApplicationErrorType`, or what a newer peer sent. */
  readonly type: number;

  constructor(type: number, message: string) {
    super(message);
    this.type = type;
  }
}
