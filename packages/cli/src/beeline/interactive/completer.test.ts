import { afterEach, describe, expect, it } from 'vitest';
import { closeShells, openShell } from '../testing/fake-shell.ts';
import { Completer } from './completer.ts';

afterEach(closeShells);

async function completer(tables: readonly string[] = ['customers', 'currency']) {
  const { beeline, server } = await openShell({ tables, dbms: 'FROBNICATE,Unimplemented' });
  return { completer: new Completer(() => beeline.connection), server, beeline };
}

describe('Completer', () => {
  it('completes commands', async () => {
    const { completer: subject } = await completer();
    expect(await subject.complete('!con')).toEqual([['connect '], 'con']);
    expect(await subject.complete('  !Q')).toEqual([['quit ', 'q '], 'Q']);
  });

  it('completes keywords as they were begun', async () => {
    const { completer: subject } = await completer();
    expect(await subject.complete('selec')).toEqual([['select'], 'selec']);
    expect(await subject.complete('SELEC')).toEqual([['SELECT'], 'SELEC']);
    expect((await subject.complete('select 1 frob'))[0]).toEqual(['frobnicate']);
  });

  it('completes tables and schemas', async () => {
    const { completer: subject } = await completer();
    expect(await subject.complete('select * from cust')).toEqual([['customers'], 'cust']);
    expect((await subject.complete('select * from default.c'))[0]).toEqual([
      'default.currency',
      'default.customers',
    ]);
    expect((await subject.complete('select * from '))[0]).toContain('default.');
    expect((await subject.complete('cu'))[0]).toContain('currency');
  });

  it('knows the schemas that metadata leaves out, where there are any', async () => {
    const { beeline } = await openShell({ tables: [], dbms: 'DuckDB' });
    const subject = new Completer(() => beeline.connection);
    expect((await subject.complete('select * from information_sch'))[0]).toContain(
      'information_schema.tables',
    );
    const { completer: other } = await completer();
    expect((await other.complete('select * from information_sch'))[0]).toEqual([]);
  });

  it('completes what stands behind a command', async () => {
    const { completer: subject } = await completer();
    expect(await subject.complete('!outputformat js')).toEqual([['json', 'jsonfile'], 'js']);
    expect(await subject.complete('!describe cust')).toEqual([['customers'], 'cust']);
  });

  it('asks once, and again after a statement that makes names', async () => {
    const { completer: subject, server } = await completer();
    const asked = () => server.service.calls.filter((call) => call === 'CloseOperation').length;
    await subject.complete('c');
    await subject.complete('c');
    subject.onStatement('select 1');
    await subject.complete('c');
    expect(asked()).toBe(1);
    subject.onStatement('CREATE TABLE x (a int)');
    await subject.complete('c');
    expect(asked()).toBe(2);
  });

  it('offers keywords without a connection, and when the server fails', async () => {
    expect(await new Completer(() => null).complete('selec')).toEqual([['select'], 'selec']);
    const { completer: subject, server } = await completer();
    await server.close();
    expect(await subject.complete('selec')).toEqual([['select'], 'selec']);
  });
});
