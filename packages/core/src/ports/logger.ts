/** Where a component writes what happened. A component gets its own named logger; nothing logs globally. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
  /** The same sink under another logger name, as in `server.KyuubiThriftBinaryFrontendService`. */
  named(name: string): Logger;
}
