import { catalogue, type ErrorCode } from './catalogue.ts';

export type ErrorDetails = Readonly<Record<string, string | number>>;

export interface ErrorOptionsOf {
  readonly cause?: unknown;
  /** Replaces the catalogue's SQLSTATE where an engine named a better one. */
  readonly sqlState?: string;
  /** A vendor's number for `TStatus.errorCode`; 0 when there is none. */
  readonly vendorCode?: number;
}

/** The one error class that crosses a module's border. Its text says what happened, with which input, and what to do. */
export class SenbonError extends Error {
  readonly code: ErrorCode;
  readonly sqlState: string;
  readonly httpStatus: number;
  readonly retryable: boolean;
  readonly vendorCode: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: ErrorOptionsOf = {}) {
    const entry = catalogue[code];
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(fill(entry.message, details), cause);
    this.name = 'SenbonError';
    this.code = code;
    this.sqlState = options.sqlState ?? entry.sqlState;
    this.httpStatus = entry.httpStatus;
    this.retryable = entry.retryable;
    this.vendorCode = options.vendorCode ?? 0;
    this.details = details;
  }

  /** `error` itself when it is one of ours, else an INTERNAL (or `code`) with it as cause. */
  static from(error: unknown, code: ErrorCode = 'INTERNAL', details: ErrorDetails = {}): SenbonError {
    if (error instanceof SenbonError) return error;
    return new SenbonError(code, { problem: messageOf(error), ...details }, { cause: error });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}
