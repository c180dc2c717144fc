import { z } from 'zod';
import { parseJson } from '../config/parse-json.ts';
import type { ServerAddress } from './server-address.ts';

/** Who is named in a report; the rest is counted. */
const MAX_USERS = 20;

const report = z.object({
  host: z.string(),
  port: z.number(),
  state: z.literal('draining'),
  why: z.string(),
  /** Milliseconds since the epoch, by the gateway's clock, as `deadline` and `updated`. */
  since: z.number(),
  deadline: z.number(),
  updated: z.number(),
  /** The longest time between two reports. */
  everyMs: z.number(),
  canUndo: z.boolean(),
  sessions: z.number(),
  /** Sessions by user, most first. */
  users: z.array(z.object({ user: z.string(), sessions: z.number() })),
});

/** What a draining gateway says of itself, beside the server space: a foreign child within it breaks drivers. */
export type DrainReport = z.infer<typeof report>;

const request = z.object({
  /** When the sender's clock made it; for people who look. */
  at: z.number(),
  /** `drain`: the deadline of the drain that is to come or under way. `undo`: take sessions again. */
  action: z.enum(['drain', 'undo']),
  /** From when the gateway reads it: clocks of two machines are not compared. */
  deadlineMs: z.number().nonnegative().nullable(),
  /** Paths of the nodes that the sender is about to delete: it is for the drain that this begins. Absent: for one under way. */
  nodes: z.array(z.string()).optional(),
});

/** What `kyuubi-ctl` asks a gateway for. The gateway deletes it when it has read it. */
export type DrainRequest = z.infer<typeof request>;

export function drainReportPath({ space, host, port }: ServerAddress): string {
  return `${drainReportsOf(space)}/${host}:${port}`;
}

export function drainReportsOf(space: string): string {
  return `${space}_drain`;
}

export function drainRequestPath({ space, host, port }: ServerAddress): string {
  return `${drainRequestsOf(space)}/${host}:${port}`;
}

export function drainRequestsOf(space: string): string {
  return `${space}_drain_request`;
}

export function encodeDrainRecord(record: DrainReport | DrainRequest): Uint8Array {
  return Buffer.from(JSON.stringify(record), 'utf8');
}

/** `null` when it is not one: another release may write more or less. */
export function parseDrainReport(value: Uint8Array): DrainReport | null {
  return parseJson(report, textOf(value));
}

export function parseDrainRequest(value: Uint8Array): DrainRequest | null {
  return parseJson(request, textOf(value));
}

/** Sessions by user, most first; at most 20 users. */
export function countByUser(users: Iterable<string>): DrainReport['users'] {
  const counts = new Map<string, number>();
  for (const user of users) counts.set(user, (counts.get(user) ?? 0) + 1);
  return ranked(counts);
}

/** Most first; at most 20 users. */
export function ranked(counts: ReadonlyMap<string, number>): DrainReport['users'] {
  return [...counts]
    .map(([user, sessions]) => ({ user, sessions }))
    .sort((a, b) => b.sessions - a.sessions || (a.user < b.user ? -1 : 1))
    .slice(0, MAX_USERS);
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value).toString('utf8');
}
