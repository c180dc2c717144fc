// Gateway memory and engine connections for many open sessions, each on a connection of its own as JDBC has it.
import { readFile, readdir } from 'node:fs/promises';
import { HiveClient } from '@senbon/hive-thrift';
import { residentMiB } from '../support/statistics.mjs';
import { Stage } from '../support/stage.mjs';

const SESSIONS = Number(process.env.SESSIONS ?? 5_000);
const IN_FLIGHT = 50;
const USER = 'idle';

const stage = await Stage.open();
try {
  const first = await open();
  await rows(first.session);
  // Touches what is built once, and lets the heap settle.
  await closeAll(await openMany(200));
  await settle();
  const before = await residentMiB(stage.pid);

  const startedAt = performance.now();
  const clients = await openMany(SESSIONS);
  const seconds = (performance.now() - startedAt) / 1000;
  await settle();
  const during = await residentMiB(stage.pid);
  const engine = await stage.engineOf(USER);
  console.log(`opened ${SESSIONS} sessions: ${(SESSIONS / seconds).toFixed(0)} a second`);
  console.log(
    `gateway RSS: ${before.toFixed(0)} MiB before, ${during.toFixed(0)} MiB with them: ${(((during - before) * 1024) / SESSIONS).toFixed(1)} kB each`,
  );
  console.log(`connections to the engine: ${await establishedTo(engine.port)}`);
  // They are alive: every hundredth runs a query.
  for (let index = 0; index < clients.length; index += 100) await rows(clients[index].session);

  await closeAll(clients);
  await settle();
  console.log(`gateway RSS after close: ${(await residentMiB(stage.pid)).toFixed(0)} MiB`);
} finally {
  await stage.close();
}
process.exit(0);

async function open() {
  const { host, port } = stage.binary;
  const client = await HiveClient.connect({
    host,
    port,
    auth: { mechanism: 'PLAIN', user: USER, password: 'any' },
  });
  return { client, session: await client.openSession() };
}

async function openMany(count) {
  const clients = [];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (clients.length < count) {
        const slot = clients.push(null) - 1;
        clients[slot] = await open();
      }
    }),
  );
  return clients;
}

async function closeAll(clients) {
  const rest = [...clients];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) await next.client.close();
    }),
  );
}

async function rows(session) {
  const operation = await session.execute('SELECT 1');
  for await (const row of operation.rows()) if (row[0] !== 1) throw new Error('SELECT 1 gave something else');
  await operation.close();
}

/** A resident set is read when the collector and the kernel have had a moment. */
async function settle() {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
}

/** Established connections of the gateway to `port`, counted from /proc by the sockets it owns. */
async function establishedTo(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  const table = await readFile('/proc/net/tcp', 'utf8');
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[2]?.endsWith(`:${hex}`) && fields[3] === '01') inodes.add(fields[9]);
  }
  let count = 0;
  const { readlink } = await import('node:fs/promises');
  for (const fd of await readdir(`/proc/${stage.pid}/fd`)) {
    const target = await readlink(`/proc/${stage.pid}/fd/${fd}`).catch(() => '');
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])) count++;
  }
  return count;
}
