import type { ICompare, IKeyValue, IRangeRequest, IRequestOp, IResponseOp, ITxnRequest } from 'etcd3';
import { EtcdError } from '../client/etcd-error.ts';
import type { EtcdLink, LinkFactory, WatchListener } from '../client/etcd-link.ts';
import type { KeyRange } from '../client/keys.ts';

export type LosableCall = 'txn' | 'grant' | 'revoke' | 'range';

interface Watcher {
  readonly range: KeyRange;
  readonly listener: WatchListener;
  readonly address: string;
}

/** As much of etcd's store as the plugin uses, in this process, with faults on demand. */
export class FakeEtcd {
  /** How many requests of a kind are carried out without an answer. */
  readonly lose = new Map<LosableCall, number>();
  /** Addresses at which nobody answers. */
  readonly down = new Set<string>();
  /** The next request that puts such a key is carried out without an answer. */
  losePut: RegExp | null = null;
  /** What was before this revision cannot be read any more. */
  compactedAt = 0;
  readonly #keys = new Map<string, IKeyValue>();
  readonly #leases = new Map<string, number>();
  readonly #watchers = new Set<Watcher>();
  #revision = 1;
  #lastLease = 0;

  readonly links: LinkFactory = (address) => this.#link(address);

  /** What `etcdctl get --prefix --keys-only` prints. */
  keys(prefix = ''): string[] {
    return [...this.#keys.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  expire(leaseId: string): void {
    this.#leases.delete(leaseId);
    for (const [key, { lease }] of this.#keys) if (lease === leaseId) this.#delete(key);
  }

  /** As when the process behind an address is killed. */
  takeDown(address: string): void {
    this.down.add(address);
    for (const watcher of this.#watchers) {
      if (watcher.address !== address) continue;
      this.#watchers.delete(watcher);
      setImmediate(() => watcher.listener.onEnd(unavailable(address)));
    }
  }

  #link(address: string): EtcdLink {
    const answer = async <T>(call: LosableCall | null, work: () => T): Promise<T> => {
      await new Promise(setImmediate);
      if (this.down.has(address)) throw unavailable(address);
      const result = work();
      const left = call === null ? 0 : (this.lose.get(call) ?? 0);
      if (call !== null) this.lose.set(call, left - 1);
      if (left > 0) throw new EtcdError('connection', 'the answer was lost');
      return result;
    };
    return {
      address,
      range: (request) => answer('range', () => this.#range(request)),
      txn: (request) => {
        if (request.success?.some(({ request_put: put }) => this.losePut?.test(String(put?.key)))) {
          this.losePut = null;
          this.lose.set('txn', 1);
        }
        return answer('txn', () => this.#txn(request));
      },
      grant: (ttlSeconds, _timeoutMs, id) => answer('grant', () => this.#grant(ttlSeconds, id)),
      keepAlive: (id) => answer(null, () => this.#leases.get(id) ?? 0),
      revoke: (id) => answer('revoke', () => this.expire(id)),
      timeToLive: (id) =>
        answer(null, () => {
          const ttl = String(this.#leases.get(id) ?? -1);
          return { header: this.#header(), ID: id, TTL: ttl, grantedTTL: ttl, keys: [] };
        }),
      watch: (range, listener) => this.#watch({ range, listener, address }),
      close: () => undefined,
    };
  }

  #watch(watcher: Watcher): { close(): void } {
    const { address, listener } = watcher;
    if (this.down.has(address)) setImmediate(() => listener.onEnd(unavailable(address)));
    else {
      this.#watchers.add(watcher);
      setImmediate(() => this.#watchers.has(watcher) && listener.onCreated());
    }
    return { close: () => void this.#watchers.delete(watcher) };
  }

  #range({ key, range_end, limit = 0, count_only, keys_only, revision = 0 }: IRangeRequest) {
    if (Number(revision) > 0 && Number(revision) < this.compactedAt) {
      throw new EtcdError('compacted', 'etcdserver: mvcc: required revision has been compacted');
    }
    const found = [...this.#keys.values()]
      .filter((entry) => isIn(entry.key, { key: key ?? Buffer.alloc(0), ...(range_end && { range_end }) }))
      .toSorted((a, b) => Buffer.compare(a.key, b.key));
    const page = Number(limit) > 0 ? found.slice(0, Number(limit)) : found;
    const kvs = page.map((entry) => (keys_only === true ? { ...entry, value: Buffer.alloc(0) } : entry));
    return {
      header: this.#header(),
      kvs: count_only === true ? [] : kvs,
      more: page.length < found.length,
      count: String(found.length),
    };
  }

  #txn({ compare = [], success = [], failure = [] }: ITxnRequest) {
    const succeeded = compare.every((one) => this.#holds(one));
    const operations = succeeded ? success : failure;
    if (operations.some(({ request_range }) => request_range === undefined)) this.#revision++;
    const responses = operations.map((operation) => this.#apply(operation));
    return { header: this.#header(), succeeded, responses };
  }

  #apply({ request_put: put, request_range: range, request_delete_range: remove }: IRequestOp): IResponseOp {
    if (put !== undefined) this.#put(put.key ?? Buffer.alloc(0), put.value ?? Buffer.alloc(0), put.lease);
    const deleted = remove === undefined ? false : this.#delete(String(remove.key));
    return {
      response_range: range === undefined ? undefined : this.#range(range),
      response_delete_range: { deleted: deleted ? '1' : '0' },
    } as unknown as IResponseOp;
  }

  #put(key: Buffer, value: Buffer, lease: string | number = '0'): void {
    if (String(lease) !== '0' && !this.#leases.has(String(lease))) {
      throw new EtcdError('leaseGone', 'etcdserver: requested lease not found');
    }
    const now = String(this.#revision);
    const create_revision = this.#keys.get(String(key))?.create_revision ?? now;
    const entry = { key, value, create_revision, mod_revision: now, version: '1', lease: String(lease) };
    this.#keys.set(String(key), entry);
    this.#tell(key);
  }

  #delete(key: string): boolean {
    const entry = this.#keys.get(key);
    if (entry === undefined) return false;
    this.#keys.delete(key);
    this.#tell(entry.key);
    return true;
  }

  #tell(key: Buffer): void {
    for (const watcher of this.#watchers) {
      if (isIn(key, watcher.range)) {
        setImmediate(() => this.#watchers.has(watcher) && watcher.listener.onEvents());
      }
    }
  }

  #holds({ key = Buffer.alloc(0), range_end, target, result, ...wanted }: ICompare): boolean {
    const found = this.#range({ key, ...(range_end && { range_end }) }).kvs;
    if (target === 'Value')
      return wanted.value !== undefined && found[0]?.value.equals(wanted.value) === true;
    const name = target === 'Create' ? 'create_revision' : 'mod_revision';
    const limit = Number(wanted[name]);
    const values = found.length === 0 ? [0] : found.map((entry) => Number(entry[name]));
    return values.every((value) => (result === 'Less' ? value < limit : value === limit));
  }

  #grant(ttlSeconds: number, id = '0') {
    const leaseId = id === '0' ? String(++this.#lastLease) : id;
    if (this.#leases.has(leaseId)) throw new EtcdError('leaseExists', 'etcdserver: lease already exists');
    this.#leases.set(leaseId, ttlSeconds);
    return { id: leaseId, ttlSeconds };
  }

  #header() {
    return { cluster_id: '1', member_id: '1', revision: String(this.#revision), raft_term: '1' };
  }
}

function isIn(key: Buffer, { key: from, range_end: to }: KeyRange): boolean {
  if (to === undefined) return key.equals(from);
  return Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0;
}

function unavailable(address: string): EtcdError {
  return new EtcdError('connection', `nobody answers at ${address}`);
}
