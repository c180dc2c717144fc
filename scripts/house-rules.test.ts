import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const packages = join(import.meta.dirname, '../packages');
const sources = readdirSync(packages, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^[\w-]+\/src\/.*\.ts$/.test(path) && !/\.test\.ts$|\/testing\//.test(path))
  .map((path) => ({ path, lines: readFileSync(join(packages, path), 'utf8').split('\n') }));

/** `  #move(to: State): void {`: a member of a class, by its indentation. */
const MEMBER = /^ {2}(?:(?:async|get|set|static|override) )*(#?\w+)\(/;

describe('the sources', () => {
  test('write a state in #move only', () => {
    const elsewhere = sources.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        if (!/^\s+this\.#state = (?!new )/.test(line)) return [];
        const member = lines.slice(0, index).findLast((before) => MEMBER.test(before)) ?? '';
        return MEMBER.exec(member)?.[1] === '#move' ? [] : [`${path}:${index + 1}`];
      }),
    );
    expect(elsewhere).toEqual([]);
  });

  test('have no default export', () => {
    expect(
      sources
        .filter(({ lines }) => lines.some((line) => line.startsWith('export default')))
        .map(({ path }) => path),
    ).toEqual([]);
  });
});
