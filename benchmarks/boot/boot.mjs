// From process start to registered, memory at rest, and the first row on a cold and on a warm engine.
import { HiveClient } from '@senbon/hive-thrift';
import { median, residentMiB } from '../support/statistics.mjs';
import { Stage } from '../support/stage.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const WARM_SESSIONS = 20;

const samples = { boot: [], memory: [], cold: [], warm: [] };
for (let round = 0; round < ROUNDS; round++) {
  const startedAt = performance.now();
  const stage = await Stage.open();
  samples.boot.push(performance.now() - startedAt);
  samples.memory.push(await residentMiB(stage.pid));
  try {
    samples.cold.push(await firstRow(stage));
    for (let session = 0; session < WARM_SESSIONS; session++) samples.warm.push(await firstRow(stage));
  } finally {
    await stage.close();
  }
}
console.log(
  `process start to registered: median ${median(samples.boot).toFixed(0)} ms, worst ${Math.max(...samples.boot).toFixed(0)} ms`,
);
console.log(`RSS when registered: median ${median(samples.memory).toFixed(0)} MiB`);
console.log(`OpenSession to first row, cold engine: median ${median(samples.cold).toFixed(0)} ms`);
console.log(`OpenSession to first row, warm engine: median ${median(samples.warm).toFixed(1)} ms`);
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
