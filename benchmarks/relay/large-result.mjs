// Gateway memory while a large result passes: to a client that reads as fast as it can, and to one that does not.
import { rawFetch } from '../support/raw-fetch.mjs';
import { residentMiB, settle, watchResident } from '../support/process-figures.mjs';
import { Report } from '../support/report.mjs';
import { Stage } from '../support/stage.mjs';
import * as gateway from './contenders/gateway.mjs';

const GIGABYTES = Number(process.env.GIGABYTES ?? 5);
const CELL_BYTES = 1_024;
const ROWS = Math.round((GIGABYTES * 1e9) / CELL_BYTES);
const USER = 'large';

/** A reader that stops for 10 ms after each megabyte takes at most 100 MB a second. */
const readers = { fast: {}, slow: { pauseMs: 10, everyBytes: 1_000_000 } };

const report = new Report('relay');
const stage = await Stage.open();
try {
  const client = await gateway.connect(stage, USER);
  const session = await client.openSession();
  await (await session.execute('SELECT 1')).wait();
  const endpoint = await gateway.endpoint(stage, USER);
  for (const [name, pace] of Object.entries(readers)) {
    const operation = await session.execute(
      `SELECT repeat(md5(i::VARCHAR), ${CELL_BYTES / 32}) AS s FROM range(${ROWS}) t(i)`,
    );
    await operation.wait();
    await settle(1_000);
    const before = residentMiB(stage.pid);
    const watch = watchResident(stage.pid);
    const startedAt = performance.now();
    const bytes = await rawFetch(endpoint, operation.handle, { fetchSize: 10_000, ...pace });
    const seconds = (performance.now() - startedAt) / 1000;
    if (bytes < ROWS * CELL_BYTES) throw new Error(`only ${bytes} bytes came`);
    const growth = watch.stop() - before;
    report.note(`${name} reader: ${(bytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(0)} s`);
    report.figure(`memory growth, ${name} reader`, growth, 'MiB', 0);
    await operation.close();
  }
  await client.close();
} finally {
  await stage.close();
}
process.exit(0);
