import { type CallOptions, type PutOptions, type RecordEntry, type Records, SenbonError } from '@senbon/core';
import type { ICompare, IKeyValue } from 'etcd3';
import type { Attempt, EtcdClient } from '../client/etcd-client.ts';
import { childOf, keyAfter, keyOf, prefixRange } from '../client/keys.ts';
import { translated } from '../errors.ts';

/** As in ZooKeeper; etcd's own bound on a request is 1.5 MiB. */
const MAX_VALUE_BYTES = 512 * 1024;
/** Values in one answer: with the largest of them it stays below the link's bound. */
const PAGE = 100;
/** Rounds over a mark of a space that changes while it is being replaced. */
const MAX_ROUNDS = 10;

/**
 * Records are keys without lease. The version is the revision of the last change, so that a record which was deleted and
 * made anew does not pass for the old one. A key that holds its own path is Kyuubi's mark of a space and no record.
 */
export class EtcdRecords implements Records {
  readonly #client: EtcdClient;

  constructor(client: EtcdClient) {
    this.#client = client;
  }

  async get(path: string, call: CallOptions = {}): Promise<RecordEntry | null> {
    return translated(path, () => this.#client.run((attempt) => read(attempt, path), call));
  }

  async put(path: string, value: Uint8Array, options: PutOptions = {}): Promise<number> {
    if (value.length === 0 || value.length > MAX_VALUE_BYTES) {
      const problem = `a value must have 1 to ${MAX_VALUE_BYTES} bytes; this one has ${value.length}`;
      throw new SenbonError('DISCOVERY_FAILED', { path, problem });
    }
    const write: Write = { path, value: Buffer.from(value), expected: options.expected };
    return translated(path, () =>
      this.#client.run((attempt) => put(attempt, write), { signal: options.signal }),
    );
  }

  async delete(path: string, call: CallOptions = {}): Promise<boolean> {
    const key = keyOf(path);
    const remove = async ({ link, timeoutMs, count }: Attempt): Promise<boolean> => {
      const { responses, succeeded } = await link.txn(
        { compare: [isMark(path)], success: [], failure: [{ request_delete_range: { key } }] },
        timeoutMs,
      );
      if (succeeded) return count > 0;
      return Number(responses[0]?.response_delete_range.deleted ?? 0) > 0 || count > 0;
    };
    return translated(path, () => this.#client.run(remove, call));
  }

  async list(path: string, call: CallOptions = {}): Promise<readonly RecordEntry[]> {
    return translated(path, () => this.#client.run((attempt) => readChildren(attempt, path), call));
  }
}

interface Write {
  readonly path: string;
  readonly value: Buffer;
  readonly expected: 'absent' | number | undefined;
}

async function put({ link, timeoutMs, count }: Attempt, { path, value, expected }: Write): Promise<number> {
  const key = keyOf(path);
  let compare: ICompare[] =
    expected === undefined ? [] : [expected === 'absent' ? isAbsent(key) : isVersion(key, expected)];
  for (let round = 0; ; round++) {
    const { header, succeeded, responses } = await link.txn(
      {
        compare,
        success: [{ request_put: { key, value } }],
        failure: [{ request_range: { key } }],
      },
      timeoutMs,
    );
    if (succeeded) return Number(header.revision);
    const present = responses[0]?.response_range.kvs[0];
    if (present !== undefined && expected === 'absent' && isMarkOf(present, path) && round < MAX_ROUNDS) {
      compare = [isVersion(key, Number(present.mod_revision))];
      continue;
    }
    // The conflict may be with this very call, whose first answer was lost.
    if (count > 0 && present?.value.equals(value) === true) return Number(present.mod_revision);
    throw new SenbonError('DISCOVERY_CONFLICT', { path });
  }
}

async function read({ link, timeoutMs }: Attempt, path: string): Promise<RecordEntry | null> {
  const { kvs } = await link.range({ key: keyOf(path) }, timeoutMs);
  return kvs[0] === undefined ? null : toEntry(kvs[0]);
}

/** Direct children, as they were at one moment; what is below a child is not even read. */
async function readChildren({ link, timeoutMs }: Attempt, path: string): Promise<readonly RecordEntry[]> {
  const parent = childOf(path, '');
  const { key, range_end } = prefixRange(parent);
  const entries: RecordEntry[] = [];
  let from = key;
  let revision = '0';
  while (true) {
    const page = await link.range({ key: from, range_end, limit: PAGE, revision }, timeoutMs);
    revision = page.header.revision;
    const last = page.kvs.at(-1);
    let below: string | null = null;
    for (const entry of page.kvs) {
      const name = entry.key.toString('utf8').slice(parent.length);
      const slash = name.indexOf('/');
      below = slash < 0 ? null : `${parent}${name.slice(0, slash)}`;
      const record = slash < 0 ? toEntry(entry) : null;
      if (record !== null) entries.push(record);
    }
    if (!page.more || last === undefined) return entries;
    from = below === null ? Buffer.concat([last.key, Buffer.of(0)]) : keyAfter(below);
  }
}

function toEntry(entry: IKeyValue): RecordEntry | null {
  const path = entry.key.toString('utf8');
  if (entry.value.length === 0 || isMarkOf(entry, path)) return null;
  return { path, value: entry.value, version: Number(entry.mod_revision) };
}

function isMarkOf({ value }: IKeyValue, path: string): boolean {
  return value.equals(keyOf(path));
}

function isMark(path: string): ICompare {
  const key = keyOf(path);
  return { key, target: 'Value', result: 'Equal', value: key };
}

function isAbsent(key: Buffer): ICompare {
  return { key, target: 'Create', result: 'Equal', create_revision: 0 };
}

function isVersion(key: Buffer, version: number): ICompare {
  return { key, target: 'Mod', result: 'Equal', mod_revision: version };
}
