import { aliasNames } from './aliases.ts';
import type { Conf } from './conf.ts';
import { editDistance } from './edit-distance.ts';
import { kyuubiKeys } from './kyuubi-keys.ts';

/** Whole families whose members are named by users, or belong to a running engine. */
const OPEN_FAMILIES = ['kyuubi.engineEnv.', 'kyuubi.client.'] as const;
const PERSONAL = /^___.+?___\./;
/** Kyuubi's, each with names of the user's own behind it. */
const UNSUPPORTED_FAMILIES = ['kyuubi.batchConf.', 'kyuubi.metadata.store.jdbc.datasource.'] as const;
/** A suggestion that is further away than this part of the key is none, */
const MAX_DISTANCE_PART = 0.2;
/** and neither is one with another word in it: of the part that differs so much may be a slip of the pen. */
const MAX_DISTANCE_WITHIN_WORDS = 0.5;
/** Fewer words than these are in every other key. */
const MIN_WORDS = 3;

/** What to tell an operator about keys that have no effect here. */
export class KeyCheck {
  readonly #honoured: ReadonlySet<string>;

  /** `honoured`: the names of every area. Older names are added here. */
  constructor(honoured: Iterable<string>) {
    this.#honoured = new Set([...honoured, ...aliasNames()]);
  }

  /** Kyuubi's keys that have no effect here, sorted. */
  get unsupported(): readonly string[] {
    return [...kyuubiKeys].filter((key) => !this.#honoured.has(key)).sort();
  }

  /** One line a key, without its value, which may be a secret. Keys that are not Kyuubi's or ours belong to engines. */
  warningsFor(conf: Conf): readonly string[] {
    return [...conf.entries()].flatMap(([key, { source }]) => {
      const problem = this.problemOf(key);
      return problem === null ? [] : [`${key} (${source}) ${problem}`];
    });
  }

  /** `null` for a key that has an effect, or that is not for us to judge. */
  problemOf(fullKey: string): string | null {
    const key = fullKey.replace(PERSONAL, '');
    if (!key.startsWith('kyuubi.') || this.#honoured.has(key)) return null;
    if (OPEN_FAMILIES.some((prefix) => key.startsWith(prefix))) return null;
    if (kyuubiKeys.has(key) || UNSUPPORTED_FAMILIES.some((prefix) => key.startsWith(prefix)))
      return 'is a key of Kyuubi that is not supported yet; it has no effect';
    const nearest = this.#nearest(key);
    return nearest === null
      ? 'is an unknown key; it has no effect'
      : `is an unknown key; it has no effect. Did you mean ${nearest}?`;
  }

  #nearest(key: string): string | null {
    let best: string | null = null;
    let least = Math.floor(key.length * MAX_DISTANCE_PART) + 1;
    for (const candidate of this.#honoured) {
      const distance = editDistance(key.toLowerCase(), candidate.toLowerCase(), least);
      if (distance < least && isSlip(key, candidate, distance)) [best, least] = [candidate, distance];
    }
    return best ?? this.#withTheWordsOf(key);
  }

  /** The shortest key that has all words of this one and more. */
  #withTheWordsOf(key: string): string | null {
    const words = wordsOf(key);
    if (words.length < MIN_WORDS) return null;
    const found = [...this.#honoured].filter((candidate) => {
      const others = new Set(wordsOf(candidate));
      return words.every((word) => others.has(word));
    });
    return found.sort((a, b) => a.length - b.length)[0] ?? null;
  }
}

function wordsOf(key: string): readonly string[] {
  return key.toLowerCase().split('.');
}

/** Whether the words that the keys do not share are alike: `prot` and `port`, not `idle` and `type`. */
function isSlip(key: string, candidate: string, distance: number): boolean {
  const [words, others] = [wordsOf(key), wordsOf(candidate)];
  if (words.length !== others.length) return true;
  const differing = words.filter((word, i) => word !== others[i]).join('').length;
  return distance <= Math.max(1, differing * MAX_DISTANCE_WITHIN_WORDS);
}
