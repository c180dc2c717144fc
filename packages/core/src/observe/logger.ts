import type { Logger } from '../ports/logger.ts';

export const LogLevel = { debug: 10, info: 20, warn: 30, error: 40 } as const;
export type LogLevel = keyof typeof LogLevel;

export interface LineLoggerOptions {
  readonly write: (line: string) => void;
  readonly level?: LogLevel;
  readonly name?: string;
  readonly now?: () => Date;
}

/**
 * Writes `yyyy-MM-dd HH:mm:ss.SSS LEVEL <logger>: <message>` in local time, the shape that Kyuubi's operators grep for
 * (`server.KyuubiThriftBinaryFrontendService: Starting and exposing JDBC connection at: …`).
 */
export class LineLogger implements Logger {
  readonly #write: (line: string) => void;
  readonly #threshold: number;
  readonly #name: string;
  readonly #now: () => Date;
  readonly #options: LineLoggerOptions;

  constructor(options: LineLoggerOptions) {
    this.#options = options;
    this.#write = options.write;
    this.#threshold = LogLevel[options.level ?? 'info'];
    this.#name = options.name ?? 'senbon';
    this.#now = options.now ?? (() => new Date());
  }

  named(name: string): Logger {
    return new LineLogger({ ...this.#options, name });
  }

  debug(message: string): void {
    this.#log('debug', message);
  }

  info(message: string): void {
    this.#log('info', message);
  }

  warn(message: string, cause?: unknown): void {
    this.#log('warn', message, cause);
  }

  error(message: string, cause?: unknown): void {
    this.#log('error', message, cause);
  }

  #log(level: LogLevel, message: string, cause?: unknown): void {
    if (LogLevel[level] < this.#threshold) return;
    const tail = cause === undefined ? '' : `\n${describe(cause)}`;
    this.#write(
      `${timestamp(this.#now())} ${level.toUpperCase().padEnd(5)} ${this.#name}: ${indented(message)}${tail}\n`,
    );
  }
}

/** Swallows everything: for tests and for libraries used without a log. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  named: () => silentLogger,
};

/** A name that a client chose may hold a line break; what follows it must not pass for a line of ours. */
function indented(message: string): string {
  return message.replaceAll('\r', '\\r').replaceAll('\n', '\n    ');
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const own = cause.stack ?? cause.message;
  return cause.cause === undefined ? own : `${own}\nCaused by: ${describe(cause.cause)}`;
}

function timestamp(date: Date): string {
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}
