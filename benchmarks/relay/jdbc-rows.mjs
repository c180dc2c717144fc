// Rows by Hive JDBC 4.0.1, which asks some servers for the status before every row: through the gateway against directly.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Report } from '../support/report.mjs';
import { median } from '../support/statistics.mjs';
import { Stage } from '../support/stage.mjs';
import * as direct from './contenders/direct.mjs';
import * as gateway from './contenders/gateway.mjs';

const ROWS = Number(process.env.ROWS ?? 100_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const FETCH_SIZE = 1_000;
const USER = 'jdbc';
const SQL = `SELECT i, i * 0.5e0 AS d, md5(i::VARCHAR) AS s FROM range(${ROWS}) t(i)`;

const run = promisify(execFile);
const report = new Report('relay');
const stage = await Stage.open();
try {
  // Launches the engine that both then talk to.
  const client = await gateway.connect(stage, USER);
  const operation = await (await client.openSession()).execute('SELECT 1');
  await operation.wait();
  const samples = { direct: [], gateway: [] };
  for (const [round, name, rows, ms] of await rowLoop([direct, gateway])) {
    if (Number(rows) !== ROWS) throw new Error(`${name} gave ${rows} rows of ${ROWS}`);
    if (round !== '0') samples[name].push(ROWS / Number(ms) / 1000);
  }
  report.figure('Hive JDBC 4.0.1, direct', median(samples.direct), 'M rows/s', 3);
  report.figure('Hive JDBC 4.0.1, gateway', median(samples.gateway), 'M rows/s', 3);
  report.figure('Hive JDBC 4.0.1 ratio', median(samples.gateway) / median(samples.direct), 'of direct');
  await client.close();
} finally {
  await stage.close();
}
process.exit(0);

async function rowLoop(contenders) {
  const { stdout: jars } = await run('bash', [
    join(import.meta.dirname, '../../scripts/fetch-jars.sh'),
    'hive-jdbc-4.0.1',
  ]);
  const servers = [];
  const env = { ...process.env };
  for (const contender of contenders) {
    const { host, port, user, password } = await contender.endpoint(stage, USER);
    servers.push(contender.name, `jdbc:hive2://${host}:${port}/default`);
    env[`USER_OF_${contender.name}`] = user;
    env[`PASSWORD_OF_${contender.name}`] = password;
  }
  const program = join(import.meta.dirname, 'java/RowLoop.java');
  const options = ['-Xmx256m', '-cp', join(jars.trim(), '*')];
  const args = [...options, program, String(ROUNDS), String(FETCH_SIZE), SQL, ...servers];
  const { stdout } = await run('java', args, { env, maxBuffer: 10_000_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
}
