import type { CallOptions, PutOptions, RecordEntry, Records } from '../ports/discovery.ts';
import type { DiscoveryContext } from './guard-discovery.ts';

export class GuardedRecords implements Records {
  readonly #records: Records;
  readonly #context: DiscoveryContext;

  constructor(records: Records, context: DiscoveryContext) {
    this.#records = records;
    this.#context = context;
  }

  get(path: string, call: CallOptions = {}): Promise<RecordEntry | null> {
    const run = (signal: AbortSignal) => this.#records.get(path, { signal });
    return this.#context.call(path, { what: 'records.get', signal: call.signal, run });
  }

  put(path: string, value: Uint8Array, options: PutOptions = {}): Promise<number> {
    const run = (signal: AbortSignal) => this.#records.put(path, value, { ...options, signal });
    return this.#context.call(path, { what: 'records.put', signal: options.signal, run });
  }

  delete(path: string, call: CallOptions = {}): Promise<boolean> {
    const run = (signal: AbortSignal) => this.#records.delete(path, { signal });
    return this.#context.call(path, { what: 'records.delete', signal: call.signal, run });
  }

  list(path: string, call: CallOptions = {}): Promise<readonly RecordEntry[]> {
    const run = (signal: AbortSignal) => this.#records.list(path, { signal });
    return this.#context.call(path, { what: 'records.list', signal: call.signal, run });
  }
}
