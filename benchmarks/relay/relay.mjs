// Directly to the engine's port against through the gateway: same engine, same client, same run, in turns.
import { encodeCall, readEnvelope, TFetchOrientation, TGetInfoType } from '@senbon/hive-thrift';
import { cpuSeconds, watchResident } from '../support/process-figures.mjs';
import { Report } from '../support/report.mjs';
import { Stage } from '../support/stage.mjs';
import { median, quantile } from '../support/statistics.mjs';
import * as direct from './contenders/direct.mjs';
import * as gateway from './contenders/gateway.mjs';
import * as gatewayHttp from './contenders/gateway-http.mjs';

const USER = 'bench';
const ROWS = Number(process.env.ROWS ?? 2_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const FETCH_SIZE = 10_000;
const BLOCKS = 12;
const CALLS_PER_BLOCK = 100;
/** A reply without rows is smaller than this, one with rows larger. */
const EMPTY_REPLY_BYTES = 512;

const report = new Report('relay');
const stage = await Stage.open();
try {
  // The gateway goes first: it launches the engine that all then talk to.
  const through = await open(gateway);
  const contenders = {
    direct: await open(direct),
    gateway: through,
    'gateway-http': await open(gatewayHttp),
  };
  await latencies({ direct: contenders.direct, gateway: contenders.gateway });
  await throughput(contenders);
  for (const { client } of Object.values(contenders)) await client.close();
} finally {
  await stage.close();
}
process.exit(0);

async function open(contender) {
  const client = await contender.connect(stage, USER);
  const session = await client.openSession();
  // Waits for the engine.
  await (await session.execute('SELECT 1')).close();
  return { client, session };
}

/** What the gateway adds to each kind of call, at the median. */
async function latencies(contenders) {
  const samples = new Map();
  for (let block = 0; block < BLOCKS; block++) {
    for (const [name, contender] of Object.entries(contenders)) {
      for (let call = 0; call < CALLS_PER_BLOCK; call++) {
        for (const [kind, ms] of await timeCalls(contender)) {
          const all = samples.get(kind) ?? samples.set(kind, { direct: [], gateway: [] }).get(kind);
          // The first blocks warm both up.
          if (block > 1) all[name].push(ms);
        }
      }
    }
  }
  const added = ({ direct: straight, gateway: through }) => median(through) - median(straight);
  for (const [kind, all] of samples) {
    const texts = Object.entries(all).map(
      ([name, ms]) => `${name} ${median(ms).toFixed(3)} (p95 ${quantile(ms, 0.95).toFixed(3)})`,
    );
    report.note(`${kind}: ${texts.join(', ')} ms`);
    report.figure(`${kind} added`, added(all), 'ms', 3);
  }
  const calls = [...samples].filter(([kind]) => kind !== 'SELECT 1');
  report.figure('most added to a call', Math.max(...calls.map(([, all]) => added(all))), 'ms', 3);
}

/** One of each, with the milliseconds it took: a SELECT 1 from beginning to end, and its calls. */
async function timeCalls({ session }) {
  const times = [];
  const timed = async (kind, work) => {
    const startedAt = performance.now();
    const result = await work();
    times.push([kind, performance.now() - startedAt]);
    return result;
  };
  await timed('GetInfo', () => session.info(TGetInfoType.DBMS_NAME));
  await timed('SELECT 1', async () => {
    const operation = await timed('ExecuteStatement', () => session.execute('SELECT 1'));
    await timed('GetOperationStatus', () => operation.status());
    await timed('FetchResults', () => operation.fetch());
    await timed('FetchResults at the end', () => operation.fetch());
    await timed('CloseOperation', () => operation.close());
  });
  return times;
}

async function throughput(contenders) {
  const table = `CREATE OR REPLACE TABLE bench AS SELECT i, i * 0.5e0 AS d, md5(i::VARCHAR) AS s FROM range(${ROWS}) t(i)`;
  await (await contenders.gateway.session.execute(table)).wait();
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  const cpu = Object.fromEntries(Object.keys(contenders).map((name) => [name, 0]));
  const watch = watchResident(stage.pid);
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const cpuBefore = cpuSeconds(stage.pid);
      const { rows, bytes, seconds } = await fetchAll(contender, 'SELECT * FROM bench');
      if (round === 0) continue;
      cpu[name] += cpuSeconds(stage.pid) - cpuBefore;
      rates[name].push({ rows: rows / seconds / 1e6, megabytes: bytes / seconds / 1e6 });
    }
  }
  const rate = (name) => median(rates[name].map(({ rows }) => rows));
  for (const name of Object.keys(contenders)) {
    const megabytes = median(rates[name].map((sample) => sample.megabytes));
    report.note(`${ROWS} rows, ${name}: ${rate(name).toFixed(2)} M rows/s, ${megabytes.toFixed(0)} MB/s`);
    if (name === 'direct') continue;
    report.figure(`fetch ratio, ${name}`, rate(name) / rate('direct'), 'of direct');
    report.figure(`CPU a million rows, ${name}`, cpu[name] / ((ROUNDS * ROWS) / 1e6), 's');
  }
  report.figure('memory at most', watch.stop(), 'MiB', 0);
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
