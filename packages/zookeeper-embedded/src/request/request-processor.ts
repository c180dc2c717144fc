import type { Database } from '../tree/database.ts';
import { ErrorCode, RequestError } from '../wire/error-code.ts';
import { JuteError, JuteReader } from '../wire/jute-reader.ts';
import { JuteOverflowError } from '../wire/jute-writer.ts';
import { OpCode } from '../wire/op-code.ts';
import { encodeReply } from '../wire/packet-framer.ts';
import { AuthPacket, RequestHeader } from '../wire/records.ts';
import { authScheme } from '../tree/auth-scheme.ts';
import { CHANGES } from './changes.ts';
import { multi, multiRead } from './multi.ts';
import { READS } from './reads.ts';
import type { Read } from './reads.ts';
import type { BodyWriter, Client, RequestContext } from './request-context.ts';
import { WATCH_REQUESTS } from './watches.ts';

/** A reply that would be larger is refused; clients take 1 MiB unless told otherwise. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024;

const REQUESTS: ReadonlyMap<number, Read> = new Map([
  ...READS,
  ...WATCH_REQUESTS,
  [OpCode.multi, multi],
  [OpCode.multiRead, multiRead],
]);

export interface Processed {
  readonly xid: number;
  readonly type: number;
  readonly err: ErrorCode;
  readonly zxid: number;
  /** The encoded reply. */
  readonly reply: Buffer;
  /** Whether the connection ends with this reply. */
  readonly isLast: boolean;
}

interface Outcome {
  readonly err: ErrorCode;
  readonly writeBody: BodyWriter;
}

/** Answers the requests of connections that have a session. Synchronous: one request is one step in time. */
export class RequestProcessor {
  readonly #database: Database;
  readonly #closeSession: (sessionId: bigint) => void;

  constructor(database: Database, closeSession: (sessionId: bigint) => void) {
    this.#database = database;
    this.#closeSession = closeSession;
  }

  /** @throws JuteError when there is not even a header to answer to */
  process(client: Client, packet: Buffer): Processed {
    const reader = new JuteReader(packet);
    const { xid, type } = RequestHeader.read(reader);
    const outcome = this.#attempt({ database: this.#database, client }, type, reader);
    const isFailedAuth = type === OpCode.auth && outcome.err !== ErrorCode.ok;
    const zxid = type === OpCode.auth ? 0 : this.#database.lastZxid;
    return {
      xid,
      type,
      zxid,
      ...encode({ xid, zxid }, outcome),
      isLast: isFailedAuth || type === OpCode.closeSession,
    };
  }

  #attempt(context: RequestContext, type: number, reader: JuteReader): Outcome {
    try {
      return { err: ErrorCode.ok, writeBody: this.#run(context, type, reader) };
    } catch (error) {
      return { err: codeOf(error), writeBody: null };
    }
  }

  #run(context: RequestContext, type: number, reader: JuteReader): BodyWriter {
    const readChange = CHANGES.get(type);
    if (readChange !== undefined) {
      const change = readChange(reader, type);
      const { database, client } = context;
      return database.transact(client, (txn) => change(database.tree, txn)).writeBody;
    }
    if (type === OpCode.auth) return authenticate(context.client, reader);
    if (type === OpCode.closeSession) {
      this.#closeSession(context.client.sessionId);
      return null;
    }
    const request = REQUESTS.get(type);
    if (request === undefined) throw new RequestError(ErrorCode.unimplemented);
    return request(context, reader);
  }
}

function authenticate(client: Client, reader: JuteReader): BodyWriter {
  const { scheme, auth } = AuthPacket.read(reader);
  const identity = authScheme(scheme)?.authenticate(auth, client.remoteAddress) ?? null;
  if (identity === null || !client.addIdentity(identity)) throw new RequestError(ErrorCode.authFailed);
  return null;
}

function encode(header: { xid: number; zxid: number }, outcome: Outcome): { err: ErrorCode; reply: Buffer } {
  const { err, writeBody } = outcome;
  try {
    return { err, reply: encodeReply(MAX_REPLY_BYTES, { ...header, err }, writeBody) };
  } catch (error) {
    if (!(error instanceof JuteOverflowError)) throw error;
    const refused = ErrorCode.marshallingError;
    return { err: refused, reply: encodeReply(MAX_REPLY_BYTES, { ...header, err: refused }, null) };
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof RequestError) return error.code;
  if (error instanceof JuteError) return ErrorCode.marshallingError;
  throw error;
}
