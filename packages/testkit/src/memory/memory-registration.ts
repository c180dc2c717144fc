import { type NodeSpec, type Registration, RegistrationEnd } from '@senbon/core';
import { type MemoryStore, nameOfSpec } from './memory-store.ts';

export class MemoryRegistration implements Registration {
  readonly ended: Promise<RegistrationEnd>;
  readonly #store: MemoryStore;
  readonly #space: string;
  readonly #spec: NodeSpec;
  readonly #off: () => void;
  #resolveEnded: (end: RegistrationEnd) => void = () => undefined;
  #isEnded = false;
  #path = '';

  constructor(store: MemoryStore, space: string, spec: NodeSpec) {
    this.#store = store;
    this.#space = space;
    this.#spec = spec;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#off = store.onChange(() => {
      if (!store.nodes.has(this.#path)) this.end(RegistrationEnd.deleted);
    });
  }

  get path(): string {
    return this.#path;
  }

  get isPersistent(): boolean {
    return this.#spec.persistent === true;
  }

  /** Makes the node, in a new session anew. */
  place(session: object): void {
    if (this.#isEnded || (this.isPersistent && this.#path !== '')) return;
    const name = nameOfSpec(this.#spec, this.#store.nextSequence(this.#space));
    const data = this.#spec.data ?? `${this.#spec.host}:${this.#spec.port}`;
    this.#path = `${this.#space}/${name}`;
    this.#store.create(this.#path, new TextEncoder().encode(data), this.isPersistent ? null : session);
  }

  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.end(RegistrationEnd.closed);
    this.#store.delete(this.#path);
  }

  end(end: RegistrationEnd): void {
    this.#isEnded = true;
    this.#off();
    this.#resolveEnded(end);
  }
}
