import { TJobExecutionStatus, TOperationState } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';

const HALF = { fraction: 0.5, unit: 'rows', done: 50, total: 100 };
const async = { runAsync: true } as const;

async function start(conf: Record<string, string> = {}) {
  const fixture = await EngineFixture.start({
    conf: { 'kyuubi.operation.status.polling.timeout': 'PT0.01S', ...conf },
  });
  const client = await fixture.connect();
  const operation = await client.run(await client.open({}), 'PROGRESS', async);
  const ask = async (getProgressUpdate = true) =>
    client.connection.call('GetOperationStatus', { operationHandle: operation, getProgressUpdate });
  return { executor: fixture.executor, client, operation, ask };
}

it('tells how far a statement has come, in the columns that beeline prints', async () => {
  const { executor, operation, client, ask } = await start();
  expect((await ask()).progressUpdateResponse).toBeUndefined();
  executor.progress = HALF;
  const { operationState, operationStarted, progressUpdateResponse: bar } = await ask();
  expect(operationState).toBe(TOperationState.RUNNING);
  expect(bar).toMatchObject({
    rows: [['rows', 'engine', 'RUNNING', '100', '50', '1', '50', '0', '0']],
    progressedPercentage: 0.5,
    status: TJobExecutionStatus.IN_PROGRESS,
    footerSummary: 'ROWS: 50/100',
    startTime: operationStarted,
  });
  expect(bar?.headerNames).toHaveLength(9);
  executor.release();
  while ((await client.status(operation)).operationState !== TOperationState.FINISHED);
  expect((await ask()).progressUpdateResponse).toMatchObject({
    rows: [['rows', 'engine', 'SUCCEEDED', '100', '100', '0', '0', '0', '0']],
    progressedPercentage: 1,
    status: TJobExecutionStatus.COMPLETE,
  });
});

it('never goes back, as an estimate may', async () => {
  const { executor, ask } = await start();
  executor.progress = HALF;
  await ask();
  executor.progress = { ...HALF, fraction: 0.2 };
  expect((await ask()).progressUpdateResponse?.progressedPercentage).toBe(0.5);
  executor.release();
});

it('is silent when nobody asks, or when it is switched off', async () => {
  const on = await start();
  on.executor.progress = HALF;
  expect((await on.ask(false)).progressUpdateResponse).toBeUndefined();
  on.executor.release();
  const off = await start({ 'kyuubi.operation.progress.enabled': 'false' });
  off.executor.progress = HALF;
  expect((await off.ask()).progressUpdateResponse).toBeUndefined();
  off.executor.release();
});
