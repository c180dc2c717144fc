import { z } from 'zod';
import { parseJson } from '../config/parse-json.ts';
import type { ServerAddress } from './server-address.ts';

/** How loaded a gateway is, in its own words. Clients read `sessions` alone. */
export interface LoadRecord {
  readonly sessions: number;
  /** Whose record it is: that of one gateway in one process. */
  readonly id: string;
  /** By which others on this machine see that it was killed; absent where the system does not tell. */
  readonly process?: string | undefined;
}

const owner = z.object({ process: z.string() });

export function loadRecordPath({ space, host, port }: ServerAddress): string {
  return `${loadRecordsOf(space)}/${host}:${port}`;
}

/** Beside the server space: a foreign child within it breaks drivers. */
export function loadRecordsOf(space: string): string {
  return `${space}_load`;
}

export function encodeLoadRecord(record: LoadRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record), 'utf8');
}

/** Of the record's gateway; `null` when it does not say, or is another's. */
export function processIn(value: Uint8Array): string | null {
  return parseJson(owner, Buffer.from(value).toString('utf8'))?.process ?? null;
}
