import { expect, it } from 'vitest';
import { titledTable } from './table.ts';

it('has the frame, the title and the count of Kyuubi’s', () => {
  const table = titledTable(
    'Zookeeper service nodes',
    ['Namespace', 'Host', 'Port', 'Version'],
    [
      ['/kyuubi', 'gw1', '10009', '1.13.0'],
      ['/kyuubi', 'gw-two\nb', null, ''],
    ],
  );
  expect(table.split('\n')).toEqual([
    '',
    '        Zookeeper service nodes         ',
    '╔═══════════╤════════╤═══════╤═════════╗',
    '║ Namespace │ Host   │ Port  │ Version ║',
    '╠═══════════╪════════╪═══════╪═════════╣',
    '║ /kyuubi   │ gw1    │ 10009 │ 1.13.0  ║',
    '╟───────────┼────────┼───────┼─────────╢',
    '║ /kyuubi   │ gw-two │ N/A   │         ║',
    '║           │ b      │       │         ║',
    '╚═══════════╧════════╧═══════╧═════════╝',
    '2 row(s)',
  ]);
});

it('says that it is empty', () => {
  expect(titledTable('T', ['A', 'Bcd'], []).split('\n')).toEqual([
    '',
    '     T     ',
    '╔═══╤═════╗',
    '║ A │ Bcd ║',
    '╠═══╧═════╣',
    '║ (empty) ║',
    '╚═════════╝',
    '0 row(s)',
  ]);
});
