import { type CallOptions, type PutOptions, type RecordEntry, type Records, SenbonError } from '@senbon/core';
import { CreateFlag, type NodeAcl } from '../client/handle.ts';
import type { ZkClient } from '../client/zk-client.ts';
import { childOf, createWithParents } from '../client/zk-ops.ts';
import { ZkCode, ZkError, isZkCode } from '../client/zk-error.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { translated } from '../errors.ts';

/** ZooKeeper's own bound on a packet is 1 MiB; half of it leaves room for names and for the answer's header. */
const MAX_VALUE_BYTES = 512 * 1024;
const MAX_PARALLEL_READS = 64;
/** Rounds of "replace, else create" without an expectation, while somebody else creates and deletes in between. */
const MAX_ROUNDS = 10;
/** A node that was just made; `set` raises it by one. */
const FIRST_VERSION = 0;
const ANY_VERSION = -1;
const nothing = Buffer.alloc(0);

export interface ZkRecordsOptions {
  readonly client: ZkClient;
  readonly acl: readonly NodeAcl[] | null;
  readonly secretAcl: readonly NodeAcl[] | null;
}

/**
 * Records are persistent znodes with data; one without data is a parent, or a secret that was never finished, and
 * counts as absent. The version is the znode's data version.
 */
export class ZkRecords implements Records {
  readonly #options: ZkRecordsOptions;

  constructor(options: ZkRecordsOptions) {
    this.#options = options;
  }

  async get(path: string, call: CallOptions = {}): Promise<RecordEntry | null> {
    const readFresh = (session: ZkSession): Promise<RecordEntry | null> => {
      session.sync(path);
      return read(session, path);
    };
    return translated(path, () => this.#options.client.run(readFresh, call));
  }

  async put(path: string, value: Uint8Array, options: PutOptions = {}): Promise<number> {
    if (value.length === 0 || value.length > MAX_VALUE_BYTES) {
      const problem = `a value must have 1 to ${MAX_VALUE_BYTES} bytes; this one has ${value.length}`;
      throw new SenbonError('DISCOVERY_FAILED', { path, problem });
    }
    const isSecret = options.secret === true && this.#options.secretAcl !== null;
    const write: Write = { path, value, expected: options.expected, isSecret };
    const run = (session: ZkSession, attempt: number): Promise<number> => this.#put(session, write, attempt);
    return translated(path, () => this.#options.client.run(run, { signal: options.signal }));
  }

  async delete(path: string, call: CallOptions = {}): Promise<boolean> {
    const remove = async (session: ZkSession, attempt: number): Promise<boolean> => {
      try {
        await session.delete(path);
        return true;
      } catch (error) {
        if (isZkCode(error, ZkCode.noNode)) return attempt > 0;
        if (!isZkCode(error, ZkCode.notEmpty)) throw error;
        // Other records are below this one: it stays as their parent, without a value.
        if ((await read(session, path)) === null) return attempt > 0;
        await session.set(path, nothing, ANY_VERSION);
        return true;
      }
    };
    return translated(path, () => this.#options.client.run(remove, call));
  }

  async list(path: string, call: CallOptions = {}): Promise<readonly RecordEntry[]> {
    const readFresh = (session: ZkSession): Promise<readonly RecordEntry[]> => {
      session.sync(path);
      return readAll(session, path);
    };
    return translated(path, () => this.#options.client.run(readFresh, call));
  }

  async #put(session: ZkSession, write: Write, attempt: number): Promise<number> {
    const { path, value } = write;
    try {
      return await (write.isSecret ? this.#writeSecret(session, write) : this.#write(session, write));
    } catch (error) {
      if (!isZkCode(error, ZkCode.badVersion, ZkCode.nodeExists, ZkCode.noNode)) throw error;
      // The conflict may be with this very call, whose first answer was lost.
      const now = attempt === 0 ? null : await read(session, path);
      if (now === null || Buffer.compare(now.value, value) !== 0) {
        throw new SenbonError('DISCOVERY_CONFLICT', { path }, { cause: error });
      }
      if (this.#options.acl !== null && !write.isSecret) await session.setAcl(path, this.#options.acl);
      return now.version;
    }
  }

  async #write(session: ZkSession, write: Write): Promise<number> {
    const { path, value, expected } = write;
    const { acl } = this.#options;
    if (typeof expected === 'number') return (await session.set(path, value, expected)).version;
    for (let round = 1; ; round++) {
      try {
        if (expected === undefined) return (await session.set(path, value, ANY_VERSION)).version;
      } catch (error) {
        if (!isZkCode(error, ZkCode.noNode)) throw error;
      }
      try {
        const created = await createWithParents(
          session,
          { path, data: value, flags: CreateFlag.persistent },
          acl,
        );
        if (acl !== null) await session.setAcl(created, acl);
        return FIRST_VERSION;
      } catch (error) {
        if (!isZkCode(error, ZkCode.nodeExists)) throw error;
        if (expected === 'absent') return this.#fill(session, write);
        if (round === MAX_ROUNDS) throw error;
      }
    }
  }

  /** The value never stands in a node that others may read. */
  async #writeSecret(session: ZkSession, write: Write): Promise<number> {
    const { path, value, expected } = write;
    const { acl, secretAcl } = this.#options;
    if (typeof expected !== 'number') {
      try {
        await createWithParents(session, { path, data: nothing, flags: CreateFlag.persistent }, acl);
      } catch (error) {
        if (!isZkCode(error, ZkCode.nodeExists)) throw error;
      }
    }
    await session.setAcl(path, secretAcl ?? []);
    if (expected === 'absent') return this.#fill(session, write);
    return (await session.set(path, value, expected ?? ANY_VERSION)).version;
  }

  /** Writes into a node that is there, if it holds no value. */
  async #fill(session: ZkSession, { path, value }: Write): Promise<number> {
    const { data, stat } = await session.get(path);
    if (data.length > 0) throw new ZkError(ZkCode.nodeExists, 'put', path, 'it has a value already');
    return (await session.set(path, value, stat.version)).version;
  }
}

interface Write {
  readonly path: string;
  readonly value: Uint8Array;
  readonly expected: 'absent' | number | undefined;
  readonly isSecret: boolean;
}

async function read(session: ZkSession, path: string): Promise<RecordEntry | null> {
  try {
    const { data, stat } = await session.get(path);
    return data.length === 0 ? null : { path, value: data, version: stat.version };
  } catch (error) {
    if (isZkCode(error, ZkCode.noNode)) return null;
    throw error;
  }
}

/** A child that this client may not read is left out. */
async function readAll(session: ZkSession, path: string): Promise<readonly RecordEntry[]> {
  const names = await session.children(path).catch((error: unknown) => {
    if (isZkCode(error, ZkCode.noNode)) return [];
    throw error;
  });
  const entries: RecordEntry[] = [];
  const queue = names.values();
  const work = async (): Promise<void> => {
    for (const name of queue) {
      const entry = await read(session, childOf(path, name)).catch((error: unknown) => {
        if (isZkCode(error, ZkCode.noAuth)) return null;
        throw error;
      });
      if (entry !== null) entries.push(entry);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL_READS, names.length) }, work));
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}
