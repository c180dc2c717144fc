import type { Codec } from './codec.ts';

/** One line for people. Passwords, handle secrets and delegation tokens are shown as `***`. */
export function print<T>(table: Codec<T>, value: T): string {
  return table.print(value);
}
