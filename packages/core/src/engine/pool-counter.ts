import { SenbonError } from '../errors/senbon-error.ts';
import type { RecordEntry, Records } from '../ports/discovery.ts';

/** Gateways that count at the same time get in each other's way; each round lets at least one of them through. */
const MAX_ATTEMPTS = 20;
const BYTES = 4;

interface Waiting {
  readonly resolve: (value: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Counters in discovery that all gateways share, as Curator's DistributedAtomicInteger keeps them: four bytes, big-endian.
 * Sessions that wait for the same counter are counted together: slow discovery costs all of them one wait, not one each.
 */
export class PoolCounter {
  readonly #records: Records;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(records: Records) {
    this.#records = records;
  }

  /** The number before this count, 0 at first; it may wrap to a negative one. Throws DISCOVERY_*. */
  next(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(path);
      if (waiting !== undefined) return void waiting.push({ resolve, reject });
      this.#waiting.set(path, [{ resolve, reject }]);
      void this.#serve(path);
    });
  }

  async #serve(path: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(path)?.splice(0) ?? [];
      if (batch.length === 0) break;
      try {
        const first = await this.#add(path, batch.length);
        for (const [i, { resolve }] of batch.entries()) resolve((first + i) | 0);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#waiting.delete(path);
  }

  async #add(path: string, count: number): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const present = await this.#records.get(path);
      const value = present === null ? 0 : valueOf(present);
      const bytes = Buffer.alloc(BYTES);
      bytes.writeInt32BE((value + count) | 0);
      try {
        await this.#records.put(path, bytes, { expected: present?.version ?? 'absent' });
        return value;
      } catch (error) {
        const isConflict = error instanceof SenbonError && error.code === 'DISCOVERY_CONFLICT';
        if (!isConflict || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }
}

function valueOf({ path, value }: RecordEntry): number {
  if (value.length === BYTES) return Buffer.from(value).readInt32BE();
  const problem = `it holds ${value.length} bytes; a counter has ${BYTES}`;
  throw new SenbonError('DISCOVERY_FAILED', { path, problem });
}
