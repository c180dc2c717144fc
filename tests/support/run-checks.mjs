import { text } from 'node:stream/consumers';

const CHECK_TIMEOUT_MS = 120_000;

/**
 * The main program of a client written for Node.js: runs the named checks one after the other and prints one JSON line for
 * each. `makeTarget` makes what every check gets of the program's arguments and of standard input: the statements of the
 * engine's dialect, one JSON object.
 *
 *   node checks.mjs TRANSPORT HOST PORT USER CHECK...
 */
export async function runChecks(checks, makeTarget) {
  const [transport, host, port, user, ...names] = process.argv.slice(2);
  const target = makeTarget({
    transport,
    host,
    port: Number(port),
    user,
    sql: JSON.parse(await text(process.stdin)),
  });
  for (const check of names) {
    const started = performance.now();
    const error = await failureOf(checks[check], target);
    const ms = Math.floor(performance.now() - started);
    console.log(JSON.stringify({ check, ok: error === undefined, ms, error }));
  }
  // A socket that a driver left open must not keep the program alive.
  process.exit(0);
}

async function failureOf(check, target) {
  if (check === undefined) return 'no such check';
  let timer;
  let report;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
    // What a driver throws out of a socket's event, nobody can catch.
    report = reject;
    process.once('uncaughtException', report);
  });
  try {
    await Promise.race([check(target), limit]);
    return undefined;
  } catch (error) {
    return describe(error);
  } finally {
    clearTimeout(timer);
    process.off('uncaughtException', report);
  }
}

/** Drivers throw objects that are no errors, or hang the server's answer on one. */
function describe(error) {
  const answer = error?.response === undefined ? '' : `\nthe answer: ${JSON.stringify(error.response)}`;
  return `${error?.stack ?? error?.message ?? JSON.stringify(error)}${answer}`.slice(0, 4_000);
}
