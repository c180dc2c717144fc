import { z } from 'zod';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Conf } from './conf.ts';
import { parseDuration } from './duration.ts';

/** One configuration key: its name, how its text becomes a value, its default as text, and what it does. */
export interface Key<T> {
  readonly name: string;
  readonly parse: z.ZodType<T, string>;
  /** Default as it would be written; `null` = none, and the value is then `null`. */
  readonly fallback: string | null;
  readonly doc: string;
  readonly isSecret: boolean;
}

export function key<T>(name: string, parse: z.ZodType<T, string>, fallback: string, doc: string): Key<T>;
export function key<T>(name: string, parse: z.ZodType<T, string>, fallback: null, doc: string): Key<T | null>;
export function key<T>(
  name: string,
  parse: z.ZodType<T, string>,
  fallback: string | null,
  doc: string,
): Key<T | null> {
  return { name, parse: parse as z.ZodType<T | null, string>, fallback, doc, isSecret: false };
}

/** A key without default whose value is never printed. */
export function secretKey(name: string, doc: string): Key<string | null> {
  return { ...key(name, text, null, doc), isSecret: true };
}

/** The keys of one area of the configuration, by the name its user knows them under. */
export type Area = Readonly<Record<string, Key<unknown>>>;
export type AreaConfig<A extends Area> = { readonly [K in keyof A]: A[K] extends Key<infer T> ? T : never };

export const text = z.string().transform((value) => value.trim());
export const bool = z
  .string()
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.enum(['true', 'false'], { error: 'expected true or false' }))
  .transform((value) => value === 'true');
export const int = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\s*-?\d+\s*$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));
export const port = int(0, 65_535);
/** Milliseconds. */
export const duration = z.string().transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  context.addIssue({
    code: 'custom',
    message: 'expected an ISO-8601 duration such as PT15S, or milliseconds',
  });
  return z.NEVER;
});
/** The same for a timer that repeats: 0 would spin. */
export const interval = duration.refine((ms) => ms > 0, 'expected a time above 0');
/** A comma-separated list without empty entries. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .transform((value) => value.trim().toUpperCase())
    .pipe(z.enum(values, { error: `expected one of ${values.join(', ')}` }));

/** The typed, frozen slice of `conf` for `area`. Throws CONFIG_INVALID for the first value that does not parse. */
export function readArea<A extends Area>(area: A, conf: Conf): AreaConfig<A> {
  const config: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(area)) config[name] = readKey(entry, conf);
  return Object.freeze(config) as AreaConfig<A>;
}

/** What a key's text last was and meant: every OpenSession reads the engine's keys, and their texts hardly ever change. */
const lastParsed = new WeakMap<Key<unknown>, { readonly text: string; readonly data: unknown }>();

export function readKey<T>(entry: Key<T>, conf: Conf): T {
  const found = conf.find(entry.name);
  const value = found?.value ?? entry.fallback;
  // An empty value of a key without default means the same as its absence, as in Kyuubi's own template.
  if (value === null || (entry.fallback === null && value.trim() === '')) return null as T;
  const last = lastParsed.get(entry);
  if (last?.text === value) return last.data as T;
  const parsed = entry.parse.safeParse(value);
  if (parsed.success) {
    lastParsed.set(entry, { text: value, data: parsed.data });
    return parsed.data;
  }
  throw new SenbonError('CONFIG_INVALID', {
    key: found?.key ?? entry.name,
    value: entry.isSecret ? '***' : JSON.stringify(value),
    where: found?.source ?? 'default',
    problem: parsed.error.issues.map((issue) => issue.message).join('; '),
  });
}
