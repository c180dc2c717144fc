import { messageOf, SenbonError } from '@senbon/core';
import { duckDbArea } from './options.ts';

/** DuckDB's words of a file that another process has open. */
const LOCKED = /Conflicting lock is held(?: in (?<program>.+?))? \(PID (?<pid>\d+)\)/;

/** Why an instance could not be made, as DATABASE_UNUSABLE. */
export function openFailure(database: string, error: unknown): SenbonError {
  const text = messageOf(error);
  const lock = LOCKED.exec(text)?.groups;
  const problem =
    lock === undefined
      ? text
      : `the file is in use by process ${lock.pid}${lock.program === undefined ? '' : ` (${lock.program})`}, ` +
        'and serves one engine at a time. Use the engine that has it, end that process, name another file, or have ' +
        `all who share it read only (${duckDbArea.readOnly.name})`;
  return new SenbonError('DATABASE_UNUSABLE', { database, problem }, { cause: error });
}
