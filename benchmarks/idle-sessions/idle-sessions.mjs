// Gateway memory and engine connections for many open sessions, how fast they open, and what remains when they are closed.
import { Report } from '../support/report.mjs';
import { cpuSeconds, establishedTo, residentMiB, settle } from '../support/process-figures.mjs';
import { Stage } from '../support/stage.mjs';
import * as binary from './contenders/binary.mjs';
import * as http from './contenders/http.mjs';

const SESSIONS = Number(process.env.SESSIONS ?? 5_000);
const WARM_UP_SESSIONS = 500;
const IN_FLIGHT = 50;
const USER = 'idle';

const report = new Report('idle-sessions');
for (const contender of [binary, http]) await measure(contender);
process.exit(0);

async function measure(contender) {
  const figure = (key, ...rest) => report.figure(`${contender.name} ${key}`, ...rest);
  const stage = await Stage.open();
  try {
    const first = await contender.open(stage, USER);
    await query(first.session);
    const engine = await stage.engineOf(USER);
    // Touches what is built once, and lets the heap settle.
    await closeAll(await openMany(contender, stage, WARM_UP_SESSIONS));
    await settle();
    const before = residentMiB(stage.pid);

    const cpu = cpuOf({ gateway: stage.pid, engine: engine.pid, client: process.pid });
    const startedAt = performance.now();
    const sessions = await openMany(contender, stage, SESSIONS);
    const seconds = (performance.now() - startedAt) / 1000;
    figure('opened', SESSIONS / seconds, 'sessions/s', 0);
    for (const [process, used] of Object.entries(cpu())) {
      figure(`${process} CPU to open one`, (used * 1000) / SESSIONS, 'ms');
    }
    await settle();
    const during = residentMiB(stage.pid);
    figure('memory a session', ((during - before) * 1024) / SESSIONS, 'kB', 1);
    figure('engine connections', establishedTo(stage.pid, engine.port), 'connections', 0);
    // They are alive: every hundredth runs a query.
    for (let index = 0; index < sessions.length; index += 100) await query(sessions[index].session);

    await closeAll(sessions);
    await first.close();
    await settle(10_000);
    const after = residentMiB(stage.pid);
    report.note(
      `${contender.name} RSS before, with them, after close: ${[before, during, after].map(Math.round).join(', ')} MiB`,
    );
    figure('memory kept after close', after - before, 'MiB', 0);
  } finally {
    await stage.close();
  }
}

async function openMany(contender, stage, count) {
  const opened = [];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (opened.length < count) {
        const slot = opened.push(null) - 1;
        opened[slot] = await contender.open(stage, USER);
      }
    }),
  );
  return opened;
}

async function closeAll(sessions) {
  const rest = [...sessions];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) await next.close();
    }),
  );
}

async function query(session) {
  const operation = await session.execute('SELECT 1');
  for await (const row of operation.rows()) if (row[0] !== 1) throw new Error('SELECT 1 gave something else');
  await operation.close();
}

/** CPU seconds of each process since now. */
function cpuOf(pids) {
  const now = () => Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]);
  const before = new Map(now());
  return () => Object.fromEntries(now().map(([name, used]) => [name, used - before.get(name)]));
}
