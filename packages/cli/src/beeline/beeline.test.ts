import { parseJdbcUrl } from '@senbon/client';
import { columnOf, TTypeId } from '@senbon/hive-thrift';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeStatement } from '../../../client/src/testing/fake-hive-service.ts';
import { closeShells, openShell } from './testing/fake-shell.ts';

afterEach(closeShells);

const one: FakeStatement = { columns: [{ name: 'one', type: TTypeId.INT }], rows: [[1]] };
const broken: FakeStatement = { error: { message: 'no table nope', sqlState: '42P01', errorCode: 7 } };
const endless: FakeStatement = {
  columns: [{ name: 'n', type: TTypeId.INT }],
  batch: (offset, maxRows) => {
    const numbers = Array.from({ length: maxRows }, (_, i) => offset + i);
    return { rowCount: maxRows, columns: [columnOf('i32', numbers)] };
  },
};
const statement = (sql: string): FakeStatement => {
  if (sql.includes('nope')) return broken;
  if (sql.includes('sleep')) return { hangs: true };
  if (sql.includes('endless')) return endless;
  return sql.startsWith('select') ? one : {};
};
const csv = ['--outputformat=csv2'];

describe('statements', () => {
  it('prints the result to stdout and what is said of it to stderr', async () => {
    const { beeline, streams } = await openShell({ statement, args: csv });
    expect(await beeline.runScript(['select 1; use x;'])).toBe('ok');
    expect(streams.out).toBe('one\n1\n');
    expect(streams.err).toMatch(/^1 row selected \(\d+\.\d{3} seconds\)\nNo rows affected \(.*\)\n$/);
  });

  it('says nothing else with silent', async () => {
    const { beeline, streams } = await openShell({ statement, args: [...csv, '--silent'] });
    expect(await beeline.runScript(['select 1; select nope'])).toBe('failed');
    expect(streams.out).toBe('one\n1\n');
    expect(streams.err).toBe('Error: no table nope (state=42P01,code=7)\n');
  });

  it('stops at the first failure, unless forced', async () => {
    const script = ['select nope;', 'select 1;'];
    const stopped = await openShell({ statement, args: csv });
    expect(await stopped.beeline.runScript(script)).toBe('failed');
    expect(stopped.server.service.executed).toEqual(['select nope']);
    const forced = await openShell({ statement, args: [...csv, '--force'] });
    expect(await forced.beeline.runScript(script)).toBe('failed');
    expect(forced.streams.out).toBe('one\n1\n');
  });

  it('gives every operation back', async () => {
    const { beeline, server } = await openShell({ statement, args: ['--force'] });
    await beeline.runScript(['select 1; select nope; use x;', '!tables']);
    expect(server.service.openOperations.size).toBe(0);
  });

  it('shows the log of the server with verbose', async () => {
    const log = ['parsing', 'running', 'done'];
    const { beeline, streams } = await openShell({
      statement: () => ({ ...one, progress: [0, 0.5], log }),
      args: ['--verbose'],
    });
    await beeline.runScript(['select 1']);
    expect(streams.err).toContain('parsing\nrunning\ndone\n');
  });

  it('needs a connection', async () => {
    const { beeline, streams } = await openShell({ connects: false });
    expect(await beeline.runScript(['select 1'])).toBe('failed');
    expect(streams.err).toBe('Error: not connected; use !connect <url>\n');
  });

  it('cuts statements by the dialect of the server', async () => {
    const script = ["select '\\'; select 'it\\'s';"];
    const duckdb = await openShell({ statement, dbms: 'DuckDB' });
    await duckdb.beeline.runScript(script);
    expect(duckdb.server.service.executed.slice(1)).toEqual(["select '\\'", "select 'it\\'s';"]);
    const spark = await openShell({ statement, dbms: 'Spark SQL' });
    await spark.beeline.runScript(script);
    expect(spark.server.service.executed).toEqual(["select '\\'; select 'it\\'s'"]);
  });
});

describe('backslashes of DuckDB', () => {
  const key = 'kyuubi.engine.duckdb.backslash.escapes';
  let value = 'true';
  const asked = (sql: string): FakeStatement => {
    value = /^set .*=(\w+)$/.exec(sql)?.[1] ?? value;
    const columns = ['key', 'value'].map((name) => ({ name, type: TTypeId.STRING }));
    return sql === `SET ${key}` ? { columns, rows: [[key, value]] } : statement(sql);
  };

  it('are as the session says, also when it has just been changed', async () => {
    const { beeline, server } = await openShell({ statement: asked, dbms: 'DuckDB' });
    const text = String.raw`select '\'; select 'it\'s'`;
    await beeline.runScript([`${text}; set ${key}=false; select '\\'; select 2`]);
    expect(server.service.executed).toEqual([
      `SET ${key}`,
      text,
      `set ${key}=false`,
      `SET ${key}`,
      "select '\\'",
      'select 2',
    ]);
  });
});

describe('interrupts', () => {
  it('cancels a running statement, and the script with it', async () => {
    const { beeline, streams, server } = await openShell({ statement });
    const script = beeline.runScript(['select sleep(); select 1;']);
    while (!server.service.calls.includes('GetOperationStatus')) await new Promise((r) => setTimeout(r, 5));
    expect(beeline.interrupts.raise()).toBe(true);
    expect(await script).toBe('failed');
    expect(streams.err).toContain('Error: cancelled (state=57014,code=0)');
    expect(server.service.executed).toEqual(['select sleep()']);
    expect(await beeline.runScript(['select 1'])).toBe('ok');
  });

  it('cancels a statement that the server has not answered yet', async () => {
    let press: () => void = () => {};
    const { beeline, streams, server } = await openShell({
      statement,
      onExecute: async () => press(),
    });
    press = () => void beeline.interrupts.raise();
    expect(await beeline.runScript(['select sleep(); select 1;'])).toBe('failed');
    expect(streams.err).toContain('Error: cancelled (state=57014,code=0)');
    expect(server.service.calls).toContain('CancelOperation');
    expect(server.service.openOperations.size).toBe(0);
    press = () => {};
    expect(await beeline.runScript(['select 1'])).toBe('ok');
  });

  it('stops in the middle of a result, and says so once', async () => {
    let letCancel: () => void = () => {};
    const isClosed = new Promise<void>((resolve) => {
      letCancel = resolve;
    });
    const { beeline, streams, server } = await openShell({
      statement,
      args: csv,
      onCancel: () => isClosed,
    });
    const script = beeline.runScript(['select endless']);
    await streams.see(/\n5000\n/);
    beeline.interrupts.raise();
    expect(await script).toBe('failed');
    // The operation is closed now; that it cannot be cancelled any more is nobody's concern.
    letCancel();
    expect(await beeline.runScript(['use x'])).toBe('ok');
    await expect.poll(() => server.connections).toBe(1);
    expect(streams.err).toContain('Error: cancelled while the result was read (state=57014,code=0)\n');
    expect(streams.err).not.toContain('Cannot cancel');
  });

  it('says why a statement cannot be cancelled', async () => {
    const { beeline, streams, server } = await openShell({
      statement,
      onCancel: async () => server.service.openOperations.clear(),
    });
    const script = beeline.runScript(['select sleep()']);
    while (!server.service.calls.includes('GetOperationStatus')) await new Promise((r) => setTimeout(r, 5));
    beeline.interrupts.raise();
    await streams.see(/Cannot cancel: Invalid OperationHandle/);
    beeline.interrupts.raise();
    expect(await script).toBe('failed');
    expect(streams.err.match(/Cannot cancel/g)).toHaveLength(1);
  });

  it('gives the connection up when the server does not hear', async () => {
    const { beeline, streams, server } = await openShell({
      statement,
      statusDelayMs: 60_000,
      isTerminal: true,
    });
    const script = beeline.runScript(['select sleep();']);
    while (!server.service.calls.includes('GetOperationStatus')) await new Promise((r) => setTimeout(r, 5));
    beeline.interrupts.raise();
    beeline.interrupts.raise();
    expect(await script).toBe('failed');
    expect(streams.err).toContain('!reconnect opens a new one');
    expect(beeline.connection).toBeNull();
    expect(await beeline.run({ kind: 'command', text: 'reconnect' })).toBe('ok');
    expect(await beeline.runStatement('use x')).toBe(true);
  });

  it('is nobody’s while nothing runs', async () => {
    const { beeline } = await openShell();
    expect(beeline.interrupts.raise()).toBe(false);
  });
});

describe('connect', () => {
  const launch = { lines: ['launching', 'submitted', 'registered'] };

  it('shows the launch log to a person, and to nobody else', async () => {
    const person = await openShell({ launch, isTerminal: true, dbms: 'DuckDB' });
    expect(person.streams.err).toContain('launching\nsubmitted\nregistered\n');
    expect(person.streams.err).toMatch(/Connected to 127\.0\.0\.1:\d+: DuckDB/);
    const pipe = await openShell({ launch });
    expect(pipe.streams.err).toBe('');
    const silent = await openShell({ launch, isTerminal: true, args: ['--silent'] });
    expect(silent.streams.err).toBe('');
  });

  it('fails when the engine cannot be started', async () => {
    const failing = openShell({ launch: { ...launch, error: 'no memory for the engine' } });
    await expect(failing).rejects.toThrow('no memory for the engine');
  });

  it('warns of session variables that mean nothing', async () => {
    const { beeline, streams, url } = await openShell();
    await beeline.connect({ url: parseJdbcUrl(`${url};transportmode=http`) });
    expect(streams.err).toBe(
      'Warning: session variable transportmode is ignored: did you mean transportMode?\n',
    );
  });

  it('notices that the server has gone', async () => {
    const { beeline, streams, server } = await openShell({ statement });
    await server.close();
    expect(await beeline.runStatement('select 1')).toBe(false);
    expect(streams.err).toContain('(state=08S01,code=0)');
    expect(beeline.connection).toBeNull();
  });
});

describe('commands', () => {
  it.each([
    ['sh ls', 'there is no command !sh here: programs are not run from here'],
    ['autocommit off', 'HiveServer2 has no transactions'],
    ['fly', 'there is no command !fly; !help lists them'],
    ['primarykeys', 'use !primarykeys <table>'],
    ['describe', 'use !columns <table>'],
  ])('!%s says what to do instead', async (text, advice) => {
    const { beeline, streams } = await openShell();
    expect(await beeline.run({ kind: 'command', text })).toBe('failed');
    expect(streams.err).toContain(advice);
  });

  const run = async (text: string, tables: readonly string[] = []) => {
    const shell = await openShell({ statement, tables, args: csv });
    return { ...shell, flow: await shell.beeline.run({ kind: 'command', text }) };
  };

  it('lists tables with the columns that people read', async () => {
    const { streams, flow } = await run('tables', ['a', 'b']);
    expect(flow).toBe('ok');
    expect(streams.out).toBe(
      'TABLE_CAT,TABLE_SCHEM,TABLE_NAME,TABLE_TYPE,REMARKS\n,default,a,TABLE,\n,default,b,TABLE,\n',
    );
  });

  it('runs SQL that looks like a command', async () => {
    const { server } = await run('sql select 1;');
    expect(server.service.executed).toEqual(['select 1']);
  });

  it('connects elsewhere, closes and quits', async () => {
    const first = await run('close');
    expect(first.beeline.connection).toBeNull();
    expect(first.beeline.url).toBeNull();
    const other = await openShell({ statement });
    await first.beeline.run({ kind: 'command', text: `connect ${other.url} bob secret` });
    expect(other.server.service.opened.map(({ user }) => user)).toEqual(['ann', 'bob']);
    expect(first.beeline.url).toBe(other.url);
    expect((await run('quit')).flow).toBe('quit');
  });

  it('runs scripts, but not for ever', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-script-'));
    const [good, loop] = [join(dir, 'good.sql'), join(dir, 'loop.sql')];
    writeFileSync(good, '\uFEFFselect 1;\r\nselect\r\n2;\r\n!quit\nselect 3;');
    writeFileSync(loop, `!run ${loop}`);
    const { server, flow } = await run(`run ${good}`);
    expect(server.service.executed).toEqual(['select 1', 'select\n2']);
    expect(flow).toBe('ok');
    const looping = await run(`run ${loop}`);
    expect(looping.flow).toBe('failed');
    expect(looping.streams.err).toContain('a script seems to run itself');
    expect((await run('run /nowhere.sql')).streams.err).toContain('cannot read the script /nowhere.sql');
    await rm(dir, { recursive: true });
  });

  it('changes and lists settings', async () => {
    const { beeline } = await run('outputformat vertical');
    expect(beeline.settings.format).toBe('vertical');
    expect((await run('set verbose')).beeline.settings.verbose).toBe(true);
    expect((await run('verbose')).streams.err).toBe('verbose is true\n');
    expect((await run('set')).streams.err).toContain('outputformat    csv2');
  });

  it.each([
    ['nonsense', 'there is no command !nonsense; !help lists them'],
    ['connect', 'use !connect <url>'],
    ['connect gw', 'must begin with jdbc:hive2://'],
    ['columns', 'use !columns <table>'],
    ['run', 'use !run <path>'],
    ['set a b', 'there is no setting a'],
    ['outputformat xml', 'outputformat is one of'],
    ['sql select nope', 'no table nope'],
  ])('fails at !%s', async (text, message) => {
    const { streams, flow } = await run(text);
    expect(flow).toBe('failed');
    expect(streams.err).toContain(message);
  });

  it('helps', async () => {
    expect((await run('help')).streams.err).toMatch(/!connect !open <url>.*\n[^]*!quit !exit !q/);
  });
});
