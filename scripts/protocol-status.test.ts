import { methods } from '@senbon/hive-thrift';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/protocol-status.md');

/** The rows of the table below a heading, cell by cell. */
function tableOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => /^\| (?!operation|call)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

const namesOf = (cell: string): string[] => cell.split(/[,\s]+/).filter((name) => /^\w+$/.test(name));
const lower = (names: Iterable<string>): string[] => [...names].map((name) => name.toLowerCase()).sort();

describe('TCLIService in docs/protocol-status.md', () => {
  const rows = tableOf('TCLIService').filter(([, call = '']) => !call.startsWith('anything else'));

  test('is every method of the protocol, once', () => {
    expect(rows.flatMap(([, calls = '']) => namesOf(calls)).sort()).toEqual(Object.keys(methods).sort());
  });

  test('says of those that the gateway refuses that it does, and of no other', () => {
    const source = read('packages/core/src/frontend/thrift-service.ts');
    const refused = [...source.matchAll(/^ {6}(\w+): (?:unsupportedToken|\(call\) => refuse\()/gm)];
    const documented = rows.filter(([, , gateway = '']) => gateway.startsWith('refused'));
    expect(documented.flatMap(([, calls = '']) => namesOf(calls)).sort()).toEqual(
      refused.map(([, name = '']) => name).sort(),
    );
    expect(refused.length).toBeGreaterThan(0);
  });
});

describe('ZooKeeper in docs/protocol-status.md', () => {
  const rows = tableOf('The embedded ZooKeeper');
  const yes = rows
    .filter(([, , status = '']) => status.startsWith('yes'))
    .map(([, operations = '']) => operations);

  test('is every operation that the server has', () => {
    const source = read('packages/zookeeper-embedded/src/wire/op-code.ts');
    const codes = [...source.matchAll(/^ {2}(\w+): -?\d+,$/gm)].map(([, name = '']) => name);
    // `auth` is called addauth by people; `error` is no request, and reconfig is answered with UNIMPLEMENTED.
    const served = codes.filter((name) => name !== 'error' && name !== 'reconfig');
    const documented = new Set(lower(yes.flatMap((cell) => cell.match(/\w+/g) ?? [])));
    documented.add(documented.has('addauth') ? 'auth' : '');
    expect(lower(served).filter((name) => !documented.has(name))).toEqual([]);
    expect(served.length).toBeGreaterThan(20);
  });

  test('is every four-letter word that is answered', () => {
    const source = read('packages/zookeeper-embedded/src/server/four-letter-words.ts');
    const table = source.slice(source.indexOf('const ANSWERS'), source.indexOf(']);'));
    const words = [...table.matchAll(/\['(\w{4})'/g)].map(([, word = '']) => word);
    const cell = yes.find((operations) => operations.startsWith('four-letter words')) ?? '';
    expect(/`(.+)`/.exec(cell)?.[1]?.split(' ').sort()).toEqual(words.sort());
  });
});
