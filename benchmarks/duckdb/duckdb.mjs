// Hive's driver through the gateway against DuckDB's own driver: the same file, the same JVM, rounds alternating.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds } from '../support/process-figures.mjs';
import { Report } from '../support/report.mjs';
import { Stage } from '../support/stage.mjs';
import { median } from '../support/statistics.mjs';

const run = promisify(execFile);
const here = import.meta.dirname;
const ROWS = Number(process.env.ROWS ?? 2_000_000);
/** The first round warms the JVM, the engine and the file's pages. */
const ROUNDS = Number(process.env.ROUNDS ?? 6);
const USER = 'bench';
const JAR_SETS = ['hive-jdbc-4.1.0', 'duckdb-jdbc-1.5.6.0'];

const dir = await mkdtemp(join(tmpdir(), 'senbon-bench-duckdb-'));
let stage = null;
try {
  const java = await program();
  const file = join(dir, 'bench.duckdb');
  await java('create', file, String(ROWS));
  // DuckDB lets several processes open a file only if all of them read.
  stage = await Stage.open({
    'kyuubi.engine.duckdb.database': file,
    'kyuubi.engine.duckdb.read.only': 'true',
  });
  const url = `jdbc:hive2://${stage.binary.host}:${stage.binary.port}/default`;
  const gatewayCpuBefore = cpuSeconds(stage.pid);
  const rounds = (await java('read', file, url, USER, String(ROUNDS))).map((line) => JSON.parse(line));
  const gatewayCpu = cpuSeconds(stage.pid) - gatewayCpuBefore;
  check(rounds);
  printFigures(rounds, gatewayCpu);
} finally {
  await stage?.close();
  await rm(dir, { recursive: true, force: true });
}
process.exit(0);

/** Compiles the program and returns what runs it and returns its lines. */
async function program() {
  const { stdout } = await run('bash', [join(here, '../../scripts/fetch-jars.sh'), ...JAR_SETS]);
  const classes = join(dir, 'classes');
  const sources = (await readdir(join(here, 'java'))).map((name) => join(here, 'java', name));
  await run('javac', ['-d', classes, ...sources]);
  const classpath = [
    classes,
    ...stdout
      .trim()
      .split('\n')
      .map((folder) => join(folder, '*')),
  ].join(':');
  return async (...args) => {
    const child = await run('java', ['-Xmx2g', '-cp', classpath, 'ReadTable', ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return child.stdout.split('\n').filter((line) => line.startsWith('{'));
  };
}

function check(rounds) {
  const different = new Set(rounds.map(({ rows, checksum }) => `${rows} rows, checksum ${checksum}`));
  if (different.size !== 1)
    throw new Error(`the contenders read different things: ${[...different].join('; ')}`);
  if (rounds[0].rows !== ROWS) throw new Error(`${rounds[0].rows} rows came of ${ROWS}`);
}

function printFigures(rounds, gatewayCpu) {
  const report = new Report('duckdb');
  const speeds = new Map();
  for (const contender of new Set(rounds.map((round) => round.contender))) {
    const samples = rounds.filter((round) => round.contender === contender).slice(1);
    const speed = median(samples.map(({ seconds }) => ROWS / seconds / 1e6));
    speeds.set(contender, speed);
    report.figure(`rows, ${contender}`, speed, 'M rows/s');
    report.note(`its rounds: ${samples.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s`);
  }
  for (const [contender, speed] of speeds) {
    if (contender !== 'gateway') report.figure(`ratio to ${contender}`, speeds.get('gateway') / speed, '');
  }
  report.figure('gateway CPU', gatewayCpu / ((ROUNDS * ROWS) / 1e6), 's per million rows');
}
