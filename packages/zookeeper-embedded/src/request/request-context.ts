import type { Database } from '../tree/database.ts';
import type { Watcher } from '../watch/watch-event.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import type { Id } from '../wire/records.ts';

/** The client that a request came from, as far as requests need to know it. */
export interface Client extends Watcher {
  readonly sessionId: bigint;
  readonly identities: readonly Id[];
  /** Without the port. */
  readonly remoteAddress: string;
  /** @returns false when it has too many identities already */
  addIdentity(id: Id): boolean;
}

export interface RequestContext {
  readonly database: Database;
  readonly client: Client;
}

/** Writes a reply's body; null where the reply is a header alone. */
export type BodyWriter = ((writer: JuteWriter) => void) | null;
