// A client that fetches a result without end: `node endless-reader.mjs binary HOST PORT` or `… http URL`, user `anna`.
import { HiveClient } from '@senbon/hive-thrift';

const SQL = 'SELECT repeat(md5(i::VARCHAR), 32) FROM range(1_000_000_000) t(i)';
const CELL_BYTES = 1_024;
const ROWS = 10_000;

const [mode, where, port] = process.argv.slice(2);
const login = { user: 'anna', password: 'x' };
const client = await HiveClient.connect(
  mode === 'http'
    ? { mode, url: where, auth: { scheme: 'basic', ...login } }
    : { host: where, port: Number(port), auth: { mechanism: 'PLAIN', ...login } },
);
const session = await client.openSession();
const operation = await session.execute(SQL);
await operation.wait();
for (let bytes = 0; ; console.log(`fetched ${bytes >> 20} MiB`)) {
  const { batch } = await operation.fetch(ROWS);
  bytes += batch.rowCount * CELL_BYTES;
}
