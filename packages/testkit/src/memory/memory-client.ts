import {
  type CallOptions,
  ConnectionState,
  type DiscoveryClient,
  type NodeSpec,
  type PutOptions,
  type RecordEntry,
  type Registration,
  RegistrationEnd,
  SenbonError,
  type ServiceNode,
  type Subscription,
} from '@senbon/core';
import { type LockQueues, MemoryLocks } from './memory-locks.ts';
import { MemoryRegistration } from './memory-registration.ts';
import { type MemoryStore, checkValue } from './memory-store.ts';

type SpaceListener = (nodes: readonly ServiceNode[]) => void;

/** One client of a memory discovery. */
export class MemoryClient implements DiscoveryClient {
  readonly registry: DiscoveryClient['registry'];
  readonly records: DiscoveryClient['records'];
  readonly locks: MemoryLocks;
  readonly connection: DiscoveryClient['connection'];
  readonly #store: MemoryStore;
  readonly #registrations = new Set<MemoryRegistration>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #session = new AbortController();
  #state: ConnectionState = ConnectionState.connected;
  #closed: Promise<void> | null = null;

  constructor(store: MemoryStore, queues: LockQueues) {
    this.#store = store;
    this.locks = new MemoryLocks(queues, () => this.#session.signal);
    const state = (): ConnectionState => this.#state;
    const listeners = this.#listeners;
    this.connection = {
      get state() {
        return state();
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    this.registry = {
      register: (space, spec, call) => this.#run(call, () => this.#register(space, spec)),
      list: (space, call) => this.#run(call, () => this.#store.services(space)),
      watch: (space, listener, call) => this.#run(call, () => this.#watch(space, listener)),
      remove: (path, call) => this.#run(call, () => this.#store.delete(path)),
    };
    this.records = {
      get: (path, call) => this.#run(call, () => this.#read(path)),
      put: (path, value, options) => this.#run(options, () => this.#put(path, value, options)),
      delete: (path, call) => this.#run(call, () => this.#store.delete(path)),
      list: (path, call) =>
        this.#run(call, () => this.#store.children(path).flatMap((child) => this.#read(child) ?? [])),
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As if the server had forgotten it. */
  expire(): void {
    this.#endSession(
      new SenbonError('DISCOVERY_FAILED', { path: '/', problem: 'the lock was lost: the session expired' }),
    );
    this.#session = new AbortController();
    this.#move(ConnectionState.lost);
    this.#move(ConnectionState.connected);
    for (const registration of this.#registrations) registration.place(this.#session);
  }

  async #close(): Promise<void> {
    for (const registration of this.#registrations) {
      if (registration.isPersistent) registration.end(RegistrationEnd.closed);
      else await registration.close();
    }
    for (const subscription of this.#subscriptions) subscription.close();
    this.#endSession(new SenbonError('DISCOVERY_CLOSED'));
    this.#move(ConnectionState.closed);
  }

  async #run<T>(call: CallOptions | undefined, work: () => T): Promise<T> {
    call?.signal?.throwIfAborted();
    if (this.#state === ConnectionState.closed) throw new SenbonError('DISCOVERY_CLOSED');
    return work();
  }

  #register(space: string, spec: NodeSpec): Registration {
    const registration = new MemoryRegistration(this.#store, space, spec);
    registration.place(this.#session);
    this.#registrations.add(registration);
    void registration.ended.then(() => this.#registrations.delete(registration));
    return registration;
  }

  #watch(space: string, listener: SpaceListener): Subscription {
    let told: readonly string[] | null = null;
    const tell = (): void => {
      if (!this.#subscriptions.has(subscription)) return;
      const nodes = this.#store.services(space);
      const paths = nodes.map((node) => node.path);
      if (told?.join('\n') === paths.join('\n')) return;
      told = paths;
      try {
        listener(nodes);
      } catch {
        // Its own affair; the watch goes on.
      }
    };
    const off = this.#store.onChange(tell);
    const subscription = {
      close: () => {
        off();
        this.#subscriptions.delete(subscription);
      },
    };
    this.#subscriptions.add(subscription);
    tell();
    return subscription;
  }

  #read(path: string): RecordEntry | null {
    const node = this.#store.nodes.get(path);
    if (node === undefined || node.value.length === 0) return null;
    return { path, value: node.value.slice(), version: node.version };
  }

  #put(path: string, value: Uint8Array, { expected }: PutOptions = {}): number {
    checkValue(path, value);
    const node = this.#store.nodes.get(path);
    const present = node === undefined || node.value.length === 0 ? undefined : node.version;
    if (expected !== undefined && present !== (expected === 'absent' ? undefined : expected)) {
      throw new SenbonError('DISCOVERY_CONFLICT', { path });
    }
    if (node !== undefined) return this.#store.replace(node, value);
    return this.#store.create(path, value, null).version;
  }

  #endSession(reason: Error): void {
    this.#session.abort(reason);
    this.#store.deleteOwnedBy(this.#session);
  }

  #move(to: ConnectionState): void {
    this.#state = to;
    for (const listener of this.#listeners) listener(to);
  }
}
