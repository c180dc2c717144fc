// Direct to the engine's port against through the gateway: same engine, same client, same run, blocks alternating.
import { encodeCall, readEnvelope, TFetchOrientation, TGetInfoType } from '@senbon/hive-thrift';
import { cpuSeconds, median, quantile, residentMiB } from '../support/statistics.mjs';
import { Stage } from '../support/stage.mjs';
import * as direct from './contenders/direct.mjs';
import * as gateway from './contenders/gateway.mjs';

const USER = 'bench';
const ROWS = Number(process.env.ROWS ?? 2_000_000);
const FETCH_SIZE = 10_000;
const BLOCKS = 10;
const CALLS_PER_BLOCK = 100;
/** A reply without rows is smaller than this, one with rows larger. */
const EMPTY_REPLY_BYTES = 512;

const stage = await Stage.open();
try {
  // The gateway goes first: it launches the engine that both then talk to.
  const through = await open(gateway);
  const straight = await open(direct);
  const contenders = { direct: straight, gateway: through };

  const select = await latencies(contenders, ({ session }) => rowsOf(session, 'SELECT 1'));
  report('SELECT 1 (execute, fetch to the end, close)', select);
  const info = await latencies(contenders, ({ session }) => session.info(TGetInfoType.DBMS_NAME));
  report('GetInfo', info);

  const table = `CREATE OR REPLACE TABLE bench AS SELECT i, i * 0.5 AS d, md5(i::VARCHAR) AS s FROM range(${ROWS}) t(i)`;
  await (await through.session.execute(table)).wait();
  const rates = { direct: [], gateway: [] };
  const memoryBefore = await residentMiB(stage.pid);
  const cpuBefore = await cpuSeconds(stage.pid);
  let memoryMost = memoryBefore;
  for (let round = 0; round < 5; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const { rows, bytes, seconds } = await fetchAll(contender, 'SELECT * FROM bench');
      rates[name].push({ rows: rows / seconds / 1e6, megabytes: bytes / seconds / 1e6 });
      memoryMost = Math.max(memoryMost, await residentMiB(stage.pid));
    }
  }
  const cpu = (await cpuSeconds(stage.pid)) - cpuBefore;
  for (const [name, samples] of Object.entries(rates)) {
    console.log(
      `fetch ${ROWS} rows, ${name}: ${median(samples.map(({ rows }) => rows)).toFixed(2)} M rows/s, ` +
        `${median(samples.map(({ megabytes }) => megabytes)).toFixed(0)} MB/s`,
    );
  }
  const ratio = median(rates.gateway.map(({ rows }) => rows)) / median(rates.direct.map(({ rows }) => rows));
  console.log(`fetch ratio, gateway to direct: ${ratio.toFixed(2)}`);
  console.log(`gateway CPU: ${(cpu / ((5 * ROWS) / 1e6)).toFixed(2)} s per million rows`);
  console.log(`gateway RSS: ${memoryBefore.toFixed(0)} MiB before, ${memoryMost.toFixed(0)} MiB at most`);
  for (const { client } of Object.values(contenders)) await client.close();
} finally {
  await stage.close();
}
process.exit(0);

async function open(contender) {
  const client = await contender.connect(stage, USER);
  const session = await client.openSession();
  await rowsOf(session, 'SELECT 1');
  return { client, session };
}

async function rowsOf(session, statement) {
  const operation = await session.execute(statement);
  await operation.wait();
  let count = 0;
  for await (const batch of operation.batches()) count += batch.rowCount;
  await operation.close();
  return count;
}

async function latencies(contenders, work) {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let block = 0; block < BLOCKS; block++) {
    for (const [name, contender] of Object.entries(contenders)) {
      for (let call = 0; call < CALLS_PER_BLOCK; call++) {
        const startedAt = performance.now();
        await work(contender);
        // The first block warms both up.
        if (block > 0) samples[name].push(performance.now() - startedAt);
      }
    }
  }
  return samples;
}

function report(title, samples) {
  for (const [name, values] of Object.entries(samples)) {
    console.log(
      `${title}, ${name}: median ${median(values).toFixed(3)} ms, p95 ${quantile(values, 0.95).toFixed(3)} ms`,
    );
  }
  console.log(
    `${title}, added at the median: ${(median(samples.gateway) - median(samples.direct)).toFixed(3)} ms`,
  );
}

/** Fetches without decoding, so that the client is not what is measured. */
async function fetchAll({ client, session }, statement) {
  const operation = await session.execute(statement);
  await operation.wait();
  const startedAt = performance.now();
  let bytes = 0;
  let rows = 0;
  for (;;) {
    const reply = await client.transport.exchange(
      encodeCall('FetchResults', 0, {
        operationHandle: operation.handle,
        orientation: TFetchOrientation.FETCH_NEXT,
        maxRows: BigInt(FETCH_SIZE),
      }),
    );
    readEnvelope(reply);
    bytes += reply.length;
    if (reply.length < EMPTY_REPLY_BYTES) break;
    rows += FETCH_SIZE;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await operation.close();
  return { rows: Math.min(rows, ROWS), bytes, seconds };
}
