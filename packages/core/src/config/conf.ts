import { aliasesOf } from './aliases.ts';

export interface ConfEntry {
  readonly value: string;
  /** Where it was written, for error messages: `conf/kyuubi-defaults.conf`, `--conf`. */
  readonly source: string;
}

/** Configuration as text: later layers win. Frozen once built; areas read their typed slices from it. */
export class Conf {
  readonly #entries: ReadonlyMap<string, ConfEntry>;

  constructor(entries: ReadonlyMap<string, ConfEntry>) {
    this.#entries = entries;
  }

  static of(values: Readonly<Record<string, string>>, source = 'code'): Conf {
    return new Conf(new Map(Object.entries(values).map(([key, value]) => [key, { value, source }])));
  }

  /** The entry under `key`, else under the first of its older names that is set. */
  find(key: string): (ConfEntry & { readonly key: string }) | null {
    for (const name of [key, ...aliasesOf(key)]) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) return { ...entry, key: name };
    }
    return null;
  }

  get(key: string): string | undefined {
    return this.find(key)?.value;
  }

  with(values: Readonly<Record<string, string>>, source: string): Conf {
    const merged = new Map(this.#entries);
    for (const [key, value] of Object.entries(values)) merged.set(key, { value, source });
    return new Conf(merged);
  }

  merge(above: Conf): Conf {
    return new Conf(new Map([...this.#entries, ...above.#entries]));
  }

  entries(): Iterable<readonly [key: string, entry: ConfEntry]> {
    return this.#entries;
  }

  toMap(): Map<string, string> {
    return new Map([...this.#entries].map(([key, entry]) => [key, entry.value]));
  }
}
