// Sums the checks and suites of .ci/run and prints `N passed, N failed` as its last line; exits with 1 when anything failed.
//   node scripts/ci-summary.mjs <results> <expected skips>
// <results> holds `<name>.check` ("passed" or "failed"), and for each suite `<name>.suite` (its exit code) and `<name>.json`
// (vitest's report). A line of <expected skips> is `<full test name> # <reason>`; any other skip counts as a failure.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const [results, expectedSkips] = process.argv.slice(2);

const expected = new Set(
  readFileSync(expectedSkips, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/\s+#.*/, '').trim()),
);

/** What a test file contributes: its tests, and one failure more when it failed outside of them (import, hooks). */
function countFile(file) {
  const count = { passed: 0, failed: 0, skipped: 0, notes: [] };
  for (const { status, fullName } of file.assertionResults) {
    if (status === 'passed') count.passed++;
    else if (status === 'failed') count.failed++;
    else if (expected.has(fullName)) count.skipped++;
    else {
      count.failed++;
      count.notes.push(`unexpected skip: ${fullName}`);
    }
  }
  if (file.status === 'failed' && count.failed === 0) {
    count.failed++;
    count.notes.push(`failed outside its tests: ${file.name}\n${file.message ?? ''}`);
  }
  return count;
}

function countSuite(name) {
  const path = join(results, `${name}.json`);
  const code = readFileSync(join(results, `${name}.suite`), 'utf8').trim();
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, notes: [`no report; exit code ${code}`] };
  const files = JSON.parse(readFileSync(path, 'utf8')).testResults.map(countFile);
  const sum = { passed: 0, failed: 0, skipped: 0, notes: files.flatMap((file) => file.notes) };
  for (const key of ['passed', 'failed', 'skipped'])
    sum[key] = files.reduce((total, file) => total + file[key], 0);
  if (sum.failed === 0 && (code !== '0' || sum.passed === 0)) {
    sum.failed++;
    sum.notes.push(`exit code ${code} with ${sum.passed} passed tests`);
  }
  return sum;
}

const isPassed = (name) => readFileSync(join(results, name), 'utf8').trim() === 'passed';

const names = readdirSync(results);
const checks = names.filter((name) => name.endsWith('.check'));
const rows = [
  ['checks', { passed: 0, failed: 0, skipped: 0, notes: [] }],
  ...names
    .filter((name) => name.endsWith('.suite'))
    .map((name) => basename(name, '.suite'))
    .map((name) => [name, countSuite(name)]),
];
for (const name of checks) {
  rows[0][1][isPassed(name) ? 'passed' : 'failed']++;
  if (!isPassed(name)) rows[0][1].notes.push(basename(name, '.check'));
}

let passed = 0;
let failed = 0;
for (const [name, count] of rows) {
  console.log(
    `${name.padEnd(8)} ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped as expected`,
  );
  for (const note of count.notes) console.log(`  ${note}`);
  passed += count.passed;
  failed += count.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
