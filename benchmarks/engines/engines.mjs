// What the way through gateway and engine adds to a Spark Connect server, and how fast rows come by Hive JDBC.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HiveClient } from '@senbon/hive-thrift';
import { ConnectChannel } from '../../packages/engine-spark/dist/connect/connect-channel.js';
import { ConnectSession } from '../../packages/engine-spark/dist/connect/connect-session.js';
import { Execution } from '../../packages/engine-spark/dist/connect/execution.js';
import { Report } from '../support/report.mjs';
import { SparkServer, sparkPeer } from '../support/spark-servers.mjs';
import { Stage } from '../support/stage.mjs';
import { median, quantile } from '../support/statistics.mjs';

const ROWS = Number(process.env.ROWS ?? 2_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const CALLS = Number(process.env.CALLS ?? 300);
const WARM_UP = 100;
const OPENS = 50;
const FETCH_SIZE = 10_000;
const USER = 'bench';
const SELECT_1 = 'SELECT 1';
const TABLE = `SELECT id, CAST(id * 0.5D AS double) AS d, md5(CAST(id AS string)) AS s FROM range(${ROWS})`;

const run = promisify(execFile);
const report = new Report('engines');
const peer = await sparkPeer();
const spark = await SparkServer.connect(peer);
let stage = null;
try {
  stage = await Stage.open({
    'kyuubi.engine.type': 'SPARK_SQL',
    'kyuubi.engine.spark.connect.url': `sc://127.0.0.1:${spark.port}`,
  });
  await calls();
  await rows();
} finally {
  await stage?.close();
  await spark.close();
}
process.exit(0);

async function calls() {
  const { host, port } = stage.binary;
  const client = await HiveClient.connect({
    host,
    port,
    auth: { mechanism: 'PLAIN', user: USER, password: 'x' },
  });
  const session = await client.openSession();
  const channel = new ConnectChannel({
    host: '127.0.0.1',
    port: spark.port,
    isSecure: false,
    headers: new Map(),
    userId: null,
  });
  const raw = new ConnectSession({
    channel,
    fate: { ending: null, isReattachable: true },
    sessionId: randomUUID(),
    userId: USER,
  });
  const samples = { raw: [], gateway: [] };
  for (let i = 0; i < WARM_UP + CALLS; i++) {
    const [rawMs, gatewayMs] = [await timed(() => executePlan(raw)), await timed(() => statement(session))];
    if (i < WARM_UP) continue;
    samples.raw.push(rawMs);
    samples.gateway.push(gatewayMs);
  }
  report.figure('SELECT 1, one ExecutePlan', median(samples.raw), 'ms');
  report.figure('SELECT 1, gateway', median(samples.gateway), 'ms');
  report.figure('SELECT 1, gateway, p95', quantile(samples.gateway, 0.95), 'ms');
  report.figure('SELECT 1 added', median(samples.gateway) - median(samples.raw), 'ms');
  const opens = [];
  for (let i = 0; i < OPENS; i++) {
    opens.push(await timed(async () => (await client.openSession()).execute(SELECT_1).then((o) => o.wait())));
  }
  report.figure('session opened and first SELECT 1, warm engine', median(opens), 'ms');
  channel.close();
  await client.close();
}

async function executePlan(session) {
  const execution = new Execution({
    session,
    plan: { root: { sql: { query: SELECT_1 } } },
    operationId: randomUUID(),
    signal: new AbortController().signal,
    onEnd: () => undefined,
  });
  while ((await execution.next()) !== null);
}

async function statement(session) {
  const operation = await session.execute(SELECT_1);
  for await (const row of operation.rows()) if (row[0] !== 1) throw new Error(`${row[0]} is not 1`);
  await operation.close();
}

async function timed(work) {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function rows() {
  const thrift = await SparkServer.thrift(peer);
  try {
    const { host, port } = stage.binary;
    const servers = [
      ['gateway', `jdbc:hive2://${host}:${port}/default`],
      ['thriftserver', `jdbc:hive2://127.0.0.1:${thrift.port}/default`],
    ];
    const speeds = new Map(servers.map(([name]) => [name, []]));
    for (const [round, name, count, ms] of await rowLoop(servers)) {
      if (Number(count) !== ROWS) throw new Error(`${name} gave ${count} rows of ${ROWS}`);
      if (round !== '0') speeds.get(name).push(ROWS / Number(ms) / 1000);
    }
    for (const [name, samples] of speeds)
      report.figure(`rows with execution, ${name}`, median(samples), 'M rows/s');
    report.figure(
      'rows, ratio',
      median(speeds.get('gateway')) / median(speeds.get('thriftserver')),
      "of Spark's own",
    );
  } finally {
    await thrift.close();
  }
}

async function rowLoop(servers) {
  const { stdout: jars } = await run('bash', [
    join(import.meta.dirname, '../../scripts/fetch-jars.sh'),
    'hive-jdbc-4.1.0',
  ]);
  const users = servers.flatMap(([name]) => [
    [`USER_OF_${name}`, USER],
    [`PASSWORD_OF_${name}`, 'x'],
  ]);
  const program = join(import.meta.dirname, '../relay/java/RowLoop.java');
  const options = ['-Xmx512m', '-cp', join(jars.trim(), '*')];
  const args = [...options, program, String(ROUNDS), String(FETCH_SIZE), TABLE, ...servers.flat()];
  const { stdout } = await run('java', args, {
    env: { ...process.env, ...Object.fromEntries(users) },
    maxBuffer: 10_000_000,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
}
