import type { Logger } from '../ports/logger.ts';

/** Keeps what was logged, as `warn: text`. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];

  debug(message: string): void {
    this.lines.push(`debug: ${message}`);
  }

  info(message: string): void {
    this.lines.push(`info: ${message}`);
  }

  warn(message: string): void {
    this.lines.push(`warn: ${message}`);
  }

  error(message: string): void {
    this.lines.push(`error: ${message}`);
  }

  named(): Logger {
    return this;
  }

  has(text: string | RegExp): boolean {
    return this.lines.some((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)));
  }
}
