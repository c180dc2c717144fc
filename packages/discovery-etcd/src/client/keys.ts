/** A key, or with `range_end` all keys from `key` up to but without it. */
export interface KeyRange {
  readonly key: Buffer;
  readonly range_end?: Buffer;
}

/** `0` follows `/`, so this is behind everything below a path. */
const AFTER_SLASH = '0';

/** A request whose answer was lost may be carried out this much later: etcd's own bound on it is 5 s and two elections. */
export const LATE_REQUEST_MS = 10_000;

export function keyOf(path: string): Buffer {
  return Buffer.from(path, 'utf8');
}

/** All keys that begin with `prefix`, whose last character is from ASCII. */
export function prefixRange(prefix: string): Required<KeyRange> {
  const end = keyOf(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { key: keyOf(prefix), range_end: end };
}

export function childOf(path: string, name: string): string {
  return path.endsWith('/') ? `${path}${name}` : `${path}/${name}`;
}

/** The first key behind all that are below `path`. */
export function keyAfter(path: string): Buffer {
  return keyOf(`${path}${AFTER_SLASH}`);
}
