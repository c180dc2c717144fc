import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { openSession } from '../support/hive.ts';
import { type Finished, hiveBeeline } from './run-hive-beeline.ts';

/** Of Hive 4 there is no beeline on Maven Central. */
const versions = ['hive-beeline-2.3.9', 'hive-beeline-3.1.3'] as const;

let gateway: Gateway;
let home: GatewayHome;
let dir: string;

beforeAll(async () => {
  ({ gateway, home } = await startGateway());
  dir = await mkdtemp(join(tmpdir(), 'senbon-hive-beeline-'));
});

afterAll(async () => {
  await home.close();
  await rm(dir, { recursive: true, force: true });
});

const SELECT = `SELECT 1 AS a, NULL AS b, '千本; "q"' AS c`;

async function script(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

/** It prints empty lines for statements without rows, and 2.3.9 its prompt, silent or not. */
const linesOf = ({ out }: Finished): readonly string[] =>
  out
    .split('\n')
    .map((line) => line.replace(/^(?:\d+: jdbc:\S+> )+/, ''))
    .filter((line) => line !== '');

describe.each(versions)('%s', (version) => {
  const run = (...args: readonly string[]) => hiveBeeline(version, args);
  const login = () => ['-u', gateway.urls.binary, '-n', 'anna', '-p', 'any'];
  const quiet = (format: string) => ['--silent=true', `--outputformat=${format}`];

  it.each(['binary', 'http', 'zooKeeper'] as const)('runs -e over %s', async (transport) => {
    const { code, out, err } = await run(
      '-u',
      gateway.urls[transport],
      '-n',
      'anna',
      '-p',
      'any',
      '-e',
      SELECT,
    );
    expect(err).toContain('Connected to: DuckDB');
    expect(err).toMatch(/^1 row selected \(/m);
    expect(err, 'the operation log').toMatch(/^Query\[[-0-9a-f]{36}\] in FINISHED_STATE, time taken: /m);
    expect(out).toMatch(/^\| 1 +\| NULL +\| 千本; "q" +\|$/m);
    expect(code).toBe(0);
  });

  it.each([
    ['csv2', ['a,b,c', '1,NULL,千本; "q"']],
    ['tsv2', ['a\tb\tc', '1\tNULL\t千本; "q"']],
    ['vertical', ['a  1', 'b  NULL', 'c  千本; "q"']],
  ])('prints %s', async (format, wanted) => {
    const finished = await run(...login(), ...quiet(format), '-e', SELECT);
    expect(linesOf(finished).slice(-wanted.length)).toEqual(wanted);
    expect(finished.code).toBe(0);
  });

  it('runs a script with !tables, !columns and !connect', async () => {
    const table = `people_${process.pid}`;
    const path = await script(
      'people.sql',
      [
        '-- a comment',
        `CREATE TABLE ${table} (id int, name varchar);`,
        `INSERT INTO ${table} VALUES (1, 'Žofie'), (2, NULL);`,
        '!tables',
        `!columns ${table}`,
        `!connect ${gateway.urls.binary} bert any`,
        'SELECT 7 AS seven,',
        "  'of bert' AS whose;",
        '!close',
        `SELECT * FROM ${table}`,
        '  ORDER BY id;',
        `DROP TABLE ${table};`,
        '',
      ].join('\n'),
    );
    const finished = await run(...login(), ...quiet('csv2'), '-f', path);
    const lines = linesOf(finished);
    expect(lines).toContain(`memory,default,${table},TABLE,,NULL,NULL,NULL,NULL,NULL`);
    expect(lines.filter((line) => line.startsWith(`memory,default,${table},`))).toHaveLength(3);
    expect(lines).toContain('7,of bert');
    expect(lines.slice(-3)).toEqual(['id,name', '1,Žofie', '2,NULL']);
    expect(finished.code).toBe(0);
  });

  it.each([
    ['a syntax error', 'SELEKT 1', 'state=42601'],
    ['an unknown table', 'SELECT * FROM nowhere_at_all', 'state=42P01'],
  ])('ends with an error code on %s', async (_name, sql, state) => {
    const path = await script('wrong.sql', `${sql};\nSELECT 'still' AS running;\n`);
    const { code, out, err } = await run(...login(), ...quiet('csv2'), '-f', path);
    expect(err).toContain(state);
    expect(out).not.toContain('still');
    expect(code).not.toBe(0);
  });

  it('ends with an error code when nobody listens', async () => {
    const { code, err } = await run('-u', 'jdbc:hive2://127.0.0.1:1/default', '-n', 'anna', '-e', SELECT);
    expect(err).toContain('Could not open');
    expect(code).not.toBe(0);
  });

  it.each(['binary', 'http'] as const)(
    'says over %s why a gateway that drains refuses it',
    async (transport) => {
      const ending = await startGateway();
      onTestFinished(() => ending.home.close());
      const held = await openSession(ending.gateway.binary, 'anna');
      process.kill(ending.gateway.pid, 'SIGTERM');
      await ending.gateway.waitForLine(/running -> draining/);
      const { code, err } = await run(
        '-u',
        ending.gateway.urls[transport],
        '-n',
        'bert',
        '-p',
        'x',
        '-e',
        SELECT,
      );
      expect(err).toMatch(/This gateway \(\S+\) is being drained and takes no new sessions\. /);
      expect(code).not.toBe(0);
      await held.close();
      await ending.home.close();
    },
  );

  it('runs -e statements in one session, with variables', async () => {
    const statements = ['-e', 'SET senbon.checks.color=red', '-e', 'SET senbon.checks.color'];
    const finished = await run(...login(), ...quiet('csv2'), ...statements);
    expect(linesOf(finished).at(-1)).toBe('senbon.checks.color,red');
  });
});
