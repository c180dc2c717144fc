import { ConnectionError, HiveClient, HiveError } from '@senbon/hive-thrift';
import { clientOptionsOf, type FrontDoor } from '../front-door.ts';

/** What a gateway makes of a knock at its door. */
export type Health =
  | { readonly kind: 'serves' }
  /** `draining`: no new sessions. `silent`: it takes connections but answers nothing. `broken`: it cannot be reached, or answers nonsense. */
  | { readonly kind: 'draining' | 'silent' | 'broken'; readonly problem: string };

const TIMEOUT_MS = 5_000;
const LOGIN = { user: 'status', password: 'status' } as const;
/** Every gateway refuses it before anything else is done, so that asking opens no session and launches no engine. */
const FORBIDDEN = { 'set:env:KYUUBI_STATUS': 'asked' } as const;
const FORBIDDEN_TEXT = /env:KYUUBI_STATUS is forbidden/;
const DRAINING_STATE = '08004';

/** Knocks as a client does that wants a session: through the login and up to the point where the gateway decides. */
export async function probe(door: FrontDoor, timeoutMs = TIMEOUT_MS): Promise<Health> {
  const signal = AbortSignal.timeout(timeoutMs);
  let client: HiveClient | null = null;
  try {
    const options = clientOptionsOf(door, LOGIN);
    client = await HiveClient.connect(options.mode === 'http' ? options : { ...options, signal });
    await client.openSession({ user: LOGIN.user, configuration: FORBIDDEN, signal });
    return { kind: 'broken', problem: 'it opened a session that it had to refuse' };
  } catch (error) {
    if (signal.aborted) return { kind: 'silent', problem: `no answer within ${timeoutMs / 1000} seconds` };
    return healthOf(error);
  } finally {
    client?.destroy(new Error('asked enough'));
  }
}

function healthOf(error: unknown): Health {
  const problem = error instanceof Error ? error.message : String(error);
  if (error instanceof HiveError) {
    if (FORBIDDEN_TEXT.test(problem)) return { kind: 'serves' };
    return { kind: error.sqlState === DRAINING_STATE ? 'draining' : 'broken', problem };
  }
  // Who checks passwords is there; nobody gave us one.
  const isTurnedAway = error instanceof ConnectionError && error.kind === 'refused';
  return isTurnedAway ? { kind: 'serves' } : { kind: 'broken', problem };
}
