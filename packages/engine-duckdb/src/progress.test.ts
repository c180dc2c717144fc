import type { StatementProgress } from '@senbon/engine-host';
import { setImmediate as tick } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { errorOf, openExecutor, run, sessionSpec, statementContext } from './testing/harness.ts';

it('tells how many rows of a table a query has gone through', async () => {
  const executor = await openExecutor();
  const session = await executor.openSession(sessionSpec());
  await run(session, 'CREATE TABLE t AS SELECT range AS i FROM range(5000000)');
  const cancel = new AbortController();
  let read: () => StatementProgress | null = () => null;
  const track = (source: typeof read) => {
    read = source;
  };
  const context = { ...statementContext(cancel.signal), track };
  const query = run(session, 'SELECT sum(length(md5(md5(md5(md5(i::VARCHAR)))))) FROM t', context);
  const ended = errorOf(query);
  let seen = read();
  while (seen === null || seen.fraction === 0) {
    await tick();
    seen = read();
  }
  cancel.abort();
  expect(await ended).toMatchObject({ code: 'OPERATION_CANCELED' });
  expect(seen.fraction).toBeLessThanOrEqual(1);
  expect(seen).toMatchObject({ unit: 'rows' });
  expect(seen.total).toBeGreaterThanOrEqual(seen.done);
  await executor.close();
  expect(read()).toBeNull();
});
