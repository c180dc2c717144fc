export type EmbeddedZooKeeperErrorCode = 'INVALID_OPTION' | 'LISTEN_FAILED';

/** Why the server could not be started. */
export class EmbeddedZooKeeperError extends Error {
  override readonly name = 'EmbeddedZooKeeperError';
  readonly code: EmbeddedZooKeeperErrorCode;

  constructor(code: EmbeddedZooKeeperErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
