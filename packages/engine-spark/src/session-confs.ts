import { messageOf } from '@senbon/core';
import type { ConnectSession } from './connect/connect-session.ts';

/** Keys of the session's confs that are no conf of Spark's. */
const NOT_SPARKS = /^(?:kyuubi\.|use:)/;

/**
 * Gives a new session the confs it was opened with. One that Spark does not let a session change is said by `warn`; it was
 * the engine's at its launch, or comes too late.
 */
export async function applyConfs(
  session: ConnectSession,
  conf: ReadonlyMap<string, string>,
  warn: (problem: string) => void,
): Promise<void> {
  const wanted = new Map([...conf].filter(([key]) => !NOT_SPARKS.test(key)));
  if (wanted.size === 0) return;
  const present = await session.config({ getOption: { keys: [...wanted.keys()] } });
  for (const [key, value] of wanted) {
    if (present.get(key) === value) continue;
    try {
      await session.config({ set: { pairs: [{ key, value }] } });
    } catch (error) {
      // The text may quote the value, which may be a secret; it stays with the first line, that names the key.
      warn(
        `${key} cannot be set for a session: ${messageOf(error).split('\n')[0]?.replaceAll(value, '***')}`,
      );
    }
  }
}
