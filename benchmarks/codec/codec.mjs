// A row set of 10,000 x (i64, double, string of 32) to bytes and back: ours against npm thrift, rounds alternating in one run.
import { deepStrictEqual } from 'node:assert/strict';
import { median, quantile } from '../support/statistics.mjs';
import * as npmThrift from './contenders/npm-thrift.mjs';
import * as ours from './contenders/ours.mjs';

const ROWS = Number(process.env.ROWS ?? 10_000);
const WARM_UPS = 40;
const ROUNDS = Number(process.env.ROUNDS ?? 100);
const contenders = [ours, npmThrift];

const rows = Array.from({ length: ROWS }, (_, i) => i);
const values = {
  longs: rows.map((i) => BigInt(i) * 1_000_003n),
  doubles: rows.map((i) => i / 7),
  strings: rows.map((i) => `row ${i} `.padEnd(32, 'abcdefgh')),
};
const inputs = new Map(contenders.map((contender) => [contender, contender.build(values)]));
const bytes = Buffer.from(ours.encode(inputs.get(ours)));
if (!bytes.equals(npmThrift.encode(inputs.get(npmThrift))))
  throw new Error('the contenders do not write the same bytes');
for (const contender of contenders) deepStrictEqual(contender.read(contender.decode(bytes)), values);

const tasks = {
  encode: (contender) => contender.encode(inputs.get(contender)),
  'encode from JavaScript values': (contender) => contender.encode(contender.build(values)),
  decode: (contender) => contender.decode(bytes),
  'decode to JavaScript values': (contender) => contender.read(contender.decode(bytes)),
};
console.log(`${ROWS} rows, ${bytes.length} bytes, ${ROUNDS} rounds, Node ${process.version}`);
for (const [task, run] of Object.entries(tasks)) report(task, measure(run));

function measure(run) {
  const samples = new Map(contenders.map((contender) => [contender, []]));
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const contender of contenders) {
      const startedAt = performance.now();
      run(contender);
      const ms = performance.now() - startedAt;
      if (round >= 0) samples.get(contender).push(ms);
    }
  }
  return samples;
}

function report(task, samples) {
  for (const [contender, ms] of samples) {
    const spread = `${quantile(ms, 0.1).toFixed(2)} to ${quantile(ms, 0.9).toFixed(2)}`;
    const rate = (bytes.length / 1000 / median(ms)).toFixed(0);
    console.log(`${task}, ${contender.name}: median ${median(ms).toFixed(2)} ms (${spread}), ${rate} MB/s`);
  }
  const ratio = (of) => (of(samples.get(npmThrift)) / of(samples.get(ours))).toFixed(1);
  console.log(`${task}, ratio: ${ratio(median)} at the median, ${ratio(fastestTenth)} at the fastest tenth`);
}

/** What a machine does that others leave alone; the median counts what neighbours and the garbage collector take. */
function fastestTenth(samples) {
  return quantile(samples, 0.1);
}
