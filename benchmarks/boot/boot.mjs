// From process start to registered, memory at rest, and the first row on a cold and on a warm engine.
import { HiveClient } from '@senbon/hive-thrift';
import { residentMiB } from '../support/process-figures.mjs';
import { Report } from '../support/report.mjs';
import { Stage } from '../support/stage.mjs';
import { median } from '../support/statistics.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const WARM_SESSIONS = 20;

const samples = { boot: [], memory: [], cold: [], warm: [] };
for (let round = 0; round < ROUNDS; round++) {
  const startedAt = performance.now();
  const stage = await Stage.open();
  samples.boot.push(performance.now() - startedAt);
  samples.memory.push(residentMiB(stage.pid));
  try {
    samples.cold.push(await firstRow(stage));
    for (let session = 0; session < WARM_SESSIONS; session++) samples.warm.push(await firstRow(stage));
  } finally {
    await stage.close();
  }
}
const report = new Report('boot');
report.figure('process start to registered', median(samples.boot), 'ms', 0);
report.note(`the slowest of ${ROUNDS}: ${Math.max(...samples.boot).toFixed(0)} ms`);
report.figure('memory when registered', median(samples.memory), 'MiB', 0);
report.figure('first row, cold engine', median(samples.cold), 'ms', 0);
report.figure('first row, warm engine', median(samples.warm), 'ms', 1);
process.exit(0);

/** Milliseconds from OpenSession to the first row; connecting is not counted, as in Kyuubi's figures. */
async function firstRow(stage) {
  const { host, port } = stage.binary;
  const client = await HiveClient.connect({
    host,
    port,
    auth: { mechanism: 'PLAIN', user: 'boot', password: 'any' },
  });
  const startedAt = performance.now();
  const session = await client.openSession();
  const operation = await session.execute('SELECT 1');
  for await (const row of operation.rows()) {
    if (row[0] !== 1) throw new Error(`SELECT 1 gave ${String(row[0])}`);
    break;
  }
  const ms = performance.now() - startedAt;
  await client.close();
  return ms;
}
