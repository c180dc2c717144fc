import { z } from 'zod';
import { parseJson } from '../config/parse-json.ts';
import { ranked } from './drain-record.ts';

const left = z.object({
  sessions: z.number().int().nonnegative(),
  /** Sessions by user, most first. */
  users: z.array(z.object({ user: z.string(), sessions: z.number().int().nonnegative() })),
});

/** Who a drain waits for. */
export type LeftSessions = Readonly<z.infer<typeof left>>;

export const NOBODY: LeftSessions = { sessions: 0, users: [] };

/**
 * Asks a process who is left there, and in those before it; `deadlineMs` from now they are to end their drains, `null` leaves
 * that as it is. Resolves with `null` when it does not say.
 */
export type AskLeft = (deadlineMs: number | null) => Promise<LeftSessions | null>;

/** `null` when it is none: an older version answers otherwise. */
export function parseLeft(text: string): LeftSessions | null {
  return parseJson(left, text);
}

export function sumOfLeft(a: LeftSessions, b: LeftSessions): LeftSessions {
  if (b.sessions === 0) return a;
  const counts = new Map<string, number>();
  for (const { user, sessions } of [...a.users, ...b.users]) {
    counts.set(user, (counts.get(user) ?? 0) + sessions);
  }
  return { sessions: a.sessions + b.sessions, users: ranked(counts) };
}
