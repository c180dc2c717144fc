import type { ExecutorResult } from '@senbon/engine-host';
import type { Connection } from '../connection/connection.ts';
import type { SessionConnections } from '../connection/session-connections.ts';
import type { ShowDialect } from '../options.ts';
import type { SessionState } from '../session-state.ts';

/** What a command may touch of its session. */
export interface CommandContext {
  readonly connections: SessionConnections;
  readonly state: SessionState;
  /** The session's conf, live. */
  readonly conf: Map<string, string>;
  /** The session's conf as it was opened with. */
  readonly initialConf: ReadonlyMap<string, string>;
  /** DuckDB's settings, by lower-case name, that the session was opened with. */
  readonly initialSettings: ReadonlyMap<string, string>;
  /** Settings that are neither DuckDB's nor a word of the client's alone, as they are in effect. */
  readonly ownSettings: ReadonlyMap<string, string>;
  readonly showDialect: ShowDialect;
  /** Whether the session may change what holds for the whole engine. */
  readonly globalSettings: boolean;
  readonly signal: AbortSignal;
}

export const NO_ROWS: ExecutorResult = { rows: null };

/** Runs `run` on the session's main connection, in the session's turn. */
export async function inTurn<T>(
  { connections, signal }: Pick<CommandContext, 'connections' | 'signal'>,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const turn = await connections.acquire(signal);
  try {
    return await run(turn.connection);
  } finally {
    turn.end();
  }
}
