import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { beeline, beelineAtTerminal } from './run-beeline.ts';

let gateway: Gateway;
let close: () => Promise<void>;
let dir: string;
let env: Record<string, string>;

beforeAll(async () => {
  const started = await startGateway();
  ({ gateway } = started);
  close = () => started.home.close();
  dir = await mkdtemp(join(tmpdir(), 'senbon-beeline-'));
  env = { BEELINE_HISTORY: join(dir, 'history') };
});
afterAll(async () => {
  await close?.();
  await rm(dir, { recursive: true, force: true });
});

const login = () => ['-u', gateway.urls.binary, '-n', 'ann', '-p', 'any'];
const csv = ['--outputformat=csv2', '--silent=true'];
/** Seconds of work that only a cancel ends. */
const ENDLESS = 'SELECT count(*) FROM range(1000000000) a, range(1000000) b';

describe('a SELECT', () => {
  it.each(['binary', 'http', 'zooKeeper'] as const)('over %s', async (way) => {
    const { code, out, err } = await beeline(['-u', gateway.urls[way], '-n', 'ann', '-e', 'SELECT 1 AS one']);
    expect(err).toMatch(/^1 row selected \(\d+\.\d+ seconds\)\n$/);
    expect(out).toBe('+-----+\n| one |\n+-----+\n| 1   |\n+-----+\n');
    expect(code).toBe(0);
  });

  it('prints NULL, quotes, unicode and types', async () => {
    const sql = `SELECT NULL AS n, 'a,"b"' AS q, '千本 🦊' AS u, 12.30::DECIMAL(10,2) AS d, 0.5::DOUBLE AS f,
      DATE '2026-01-02' AS t, true AS b, 9007199254740993 AS i, ''::VARCHAR AS e`;
    const asCsv = await beeline([...login(), ...csv, '-e', sql]);
    expect(asCsv.out).toBe(
      'n,q,u,d,f,t,b,i,e\nNULL,"a,""b""",千本 🦊,12.30,0.5,2026-01-02,true,9007199254740993,\n',
    );
    const asJson = await beeline([...login(), '--outputformat=json', '--silent', '-e', sql]);
    expect(JSON.parse(asJson.out)).toEqual({
      resultset: [
        { n: null, q: 'a,"b"', u: '千本 🦊', d: 12.3, f: 0.5, t: '2026-01-02', b: true, i: 2 ** 53, e: '' },
      ],
    });
    expect(asJson.out).toContain('"i":9007199254740993');
  });

  it('prints a plan that can be read', async () => {
    const { out } = await beeline([...login(), '--silent', '-e', 'EXPLAIN SELECT 42']);
    expect(out).toMatch(/^\| physical_plan +\| ┌─+┐ +\|$/m);
    expect(out).toMatch(/^\| {2,}\| │ +PROJECTION +│ +\|$/m);
    expect(
      new Set(
        out
          .trimEnd()
          .split('\n')
          .map(({ length }) => length),
      ).size,
    ).toBe(1);
  });

  it('gives 100,000 rows in order', async () => {
    const sql = "SELECT range AS id, 'row ' || range AS name FROM range(100000)";
    const { code, out } = await beeline([...login(), ...csv, '-e', sql]);
    const lines = out.split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(100_002);
    const wrong = lines.slice(1, -1).findIndex((line, i) => line !== `${i},row ${i}`);
    expect(wrong).toBe(-1);
  });

  it('ends when its reader has read enough', async () => {
    const sql = 'SELECT range FROM range(50000000)';
    const { code, err } = await beeline([...login(), ...csv, '-e', sql], { hasEnough: () => true });
    expect(err).toBe('');
    expect(code).toBe(141);
  });
});

describe('scripts', () => {
  it('runs several -e and files in one session, and statements from standard input', async () => {
    const path = join(dir, 'script.sql');
    await writeFile(path, "INSERT INTO t VALUES (1, 'a;b'); -- not; here\nSELECT *\nFROM t;\n");
    const table = 'CREATE TEMP TABLE t (i INT, s VARCHAR)';
    const { code, out } = await beeline([...login(), ...csv, '-e', table, '-f', path]);
    expect([code, out.split('\n').slice(-3)]).toEqual([0, ['i,s', '1,a;b', '']]);
    const piped = await beeline([...login(), ...csv], { input: `SELECT 1 AS x;\nSELECT 'it''s;' AS y` });
    expect([piped.code, piped.out]).toEqual([0, "x\n1\ny\nit's;\n"]);
  });

  it('takes no text for a statement, whatever the engine thinks of backslashes', async () => {
    const escaped = String.raw`CREATE TABLE victim (i INT); SELECT 'a\'; DROP TABLE victim; SELECT \'b' AS x; SELECT count(*) AS n FROM victim`;
    const { code, out } = await beeline([...login(), ...csv, '-e', escaped]);
    expect([code, out]).toEqual([0, "x\na'; DROP TABLE victim; SELECT 'b\nn\n0\n"]);
    const off = String.raw`SET kyuubi.engine.duckdb.backslash.escapes=false; SELECT 'a\' AS x; SELECT 2 AS y`;
    expect((await beeline([...login(), ...csv, '-e', off])).out).toBe('x\na\\\ny\n2\n');
  });

  it('passes settings and variables on', async () => {
    const conf = ['--hiveconf', 'kyuubi.operation.result.max.rows=2'];
    const { out } = await beeline([...login(), ...csv, ...conf, '-e', 'SELECT range FROM range(5)']);
    expect(out).toBe('range\n0\n1\n');
    const zone = `${gateway.urls.binary}?TimeZone=Asia/Tokyo#day=2026-01-02`;
    const sql = "SELECT current_setting('TimeZone') AS z, '${hivevar:day}' AS d, ${x} + 1 AS x";
    const set = await beeline(['-u', zone, '-n', 'ann', ...csv, '--hivevar', 'x=5', '-e', sql]);
    expect(set.out).toBe('z,d,x\nAsia/Tokyo,2026-01-02,6\n');
    const bad = await beeline([
      '-u',
      `${gateway.urls.binary}?TimeZone=Nowhere`,
      '-n',
      'ann',
      '-e',
      'SELECT 1',
    ]);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('timezone=Nowhere, which cannot be')]);
  });

  it('stops at a failure with exit code 1 and the SQLSTATE', async () => {
    const { code, out, err } = await beeline([...login(), ...csv, '-e', 'SELECT * FROM nope; SELECT 1']);
    expect(err).toMatch(/^Error: .*nope[^]*\(state=42P01,code=0\)\n$/);
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  it('ends with 2 when it cannot connect, or is used wrongly', async () => {
    const refused = await beeline(['-u', 'jdbc:hive2://127.0.0.1:1/', '-e', 'SELECT 1']);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/ECONNREFUSED.*state=08S01/)]);
    const bad = await beeline(['-u', 'jdbc:hive2://gw:port/', '-e', 'SELECT 1']);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('at character 14, "gw:port"')]);
    expect((await beeline([...login(), '--outputformat=xml'])).code).toBe(2);
    expect((await beeline([...login(), '-f', '/nowhere.sql'])).code).toBe(2);
    const folder = await beeline([...login(), '-f', '/tmp']);
    expect([folder.code, folder.err]).toEqual([2, 'Error: cannot read the script /tmp: it is a folder\n']);
    const nobody = `${gateway.urls.zooKeeper.replace('=kyuubi', '=nobody')}`;
    const lonely = await beeline(['-u', nobody, '-e', 'SELECT 1']);
    expect([lonely.code, lonely.err]).toEqual([
      2,
      expect.stringContaining('No server is registered at /nobody'),
    ]);
  });
});

describe('at a terminal', () => {
  const prompt = String.raw`/default> $`;

  it('reads statements over lines, completes tables, cancels by Ctrl-C and leaves by Ctrl-C twice', async () => {
    const { code, out } = await beelineAtTerminal(
      login(),
      [
        { expect: prompt, send: 'CREATE TEMP TABLE customers AS\n' },
        { expect: String.raw`\. ?> $`, send: "SELECT 7 AS id, '千本' AS name;\n" },
        { expect: prompt, send: 'SELECT * FROM custo\t' },
        { expect: 'customers', send: ';\n' },
        { expect: String.raw`1 row selected[^>]*> $`, send: `${ENDLESS};\n` },
        { expect: 'running', send: '\u0003' },
        { expect: String.raw`state=57014[^>]*> $`, send: 'SELECT 42 AS answer;\n' },
        { expect: String.raw`\| 42 [^>]*> $`, send: 'half a statem' },
        { expect: 'half a statem$', send: '\u0003' },
        { expect: String.raw`\^C[^>]*/default> $`, send: '\u0003' },
        { expect: String.raw`again to leave\)[^>]*/default> $`, send: '\u0003' },
      ],
      env,
    );
    expect(out).toContain('| 7  | 千本 |');
    expect(code).toBe(0);
  });

  it('shows the launch log of a cold engine, keeps history and leaves by Ctrl-D', async () => {
    const args = ['-u', gateway.urls.binary, '-n', 'bob'];
    const first = await beelineAtTerminal(args, [{ expect: prompt, send: '\u0004' }], env);
    expect(first.out).toMatch(/[Ll]aunching[^]*Connected to 127\.0\.0\.1:\d+: DuckDB/);
    const again = await beelineAtTerminal(
      args,
      [
        // Arrow up: the last line of the shell before.
        { expect: prompt, send: '\u001b[A' },
        { expect: 'answer;$', send: '\n' },
        { expect: String.raw`\| 42 [^>]*> $`, send: '!quit\n' },
      ],
      env,
    );
    expect([first.code, again.code]).toEqual([0, 0]);
  });

  it('asks for the password without showing it', async () => {
    const asked = await beelineAtTerminal(
      ['-u', gateway.urls.binary, '-n', 'ann', '-p', '-e', 'SELECT 1 AS one'],
      [{ expect: 'Password: $', send: 'geheim\n' }],
      env,
    );
    expect(asked.out).toContain('| one |');
    expect(asked.out).not.toContain('geheim');
  });

  it('cancels a statement of -e by Ctrl-C, with exit code 1', async () => {
    const { code, out } = await beelineAtTerminal(
      [...login(), '-e', `${ENDLESS}; SELECT 1`],
      [{ expect: 'running', send: '\u0003' }],
      env,
    );
    expect(out).toContain('state=57014');
    expect(out).not.toContain('row selected');
    expect(code).toBe(1);
  });
});
