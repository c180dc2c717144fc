// Runs every benchmark, one after the other: `node benchmarks/run.mjs [--check] [--json FILE] [folder...]`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Compare with `tolerances.json`; a figure that is out of them, or missing, makes the exit code 1. */
    check: { type: 'boolean', default: false },
    /** Write all figures there. */
    json: { type: 'string' },
  },
});

const dir = await mkdtemp(join(tmpdir(), 'senbon-figures-'));
const file = join(dir, 'figures');
const failures = [];
const folders = positionals.length > 0 ? positionals : await benchmarkFolders();
for (const folder of folders) {
  for (const program of await programsOf(folder)) {
    console.log(`\n== ${folder}/${program}, load average ${loadavg()[0].toFixed(1)}`);
    const child = spawn(process.execPath, [join(here, folder, program)], {
      stdio: 'inherit',
      env: { ...process.env, BENCH_FIGURES: file },
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) failures.push(`${folder}/${program} ended with exit code ${code}`);
  }
}
const figures = await readFigures();
await rm(dir, { recursive: true });
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
if (values.check) failures.push(...(await outOfTolerance()));
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Every folder with a program in it; `support` has none of its own. */
async function benchmarkFolders() {
  const entries = await readdir(here, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'support')
    .map(({ name }) => name);
  return names.toSorted();
}

async function programsOf(folder) {
  return (await readdir(join(here, folder))).filter((name) => name.endsWith('.mjs')).toSorted();
}

async function readFigures() {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function outOfTolerance() {
  const tolerances = JSON.parse(await readFile(join(here, 'tolerances.json'), 'utf8'));
  return folders.flatMap((bench) =>
    Object.entries(tolerances[bench] ?? {}).flatMap(([key, { min = -Infinity, max = Infinity }]) => {
      const figure = figures.find((each) => each.bench === bench && each.key === key);
      if (figure === undefined) return [`${bench}: no figure for ${key}`];
      if (figure.value >= min && figure.value <= max) return [];
      return [`${bench}: ${key} is ${figure.value} ${figure.unit}, tolerated is ${min} to ${max}`];
    }),
  );
}
