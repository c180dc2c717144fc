import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { encodeCall, frame, SaslPlainClient, TFetchOrientation } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Address, GatewayHome } from '../support/gateway.ts';
import { OPEN_TIMEOUT_MS, openSession } from '../support/hive.ts';

const MEBIBYTE = 1_048_576;
const CELL_BYTES = 1_024;
const ROWS = 128 * 1_024;
/** A reply without rows is smaller than this, one with rows larger. */
const EMPTY_REPLY_BYTES = 512;

let home: GatewayHome;

beforeEach(async () => {
  home = await GatewayHome.create();
});

afterEach(async () => {
  await home.close();
});

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
}

async function login({ host, port }: Address, user: string): Promise<Socket> {
  const socket = connect({ host, port });
  const sasl = new SaslPlainClient({ user, password: 'any' });
  await once(socket, 'connect');
  socket.write(sasl.start());
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    if (sasl.push(chunk).done) break;
  }
  socket.pause();
  return socket;
}

test(
  '128 MiB pass to a client that stops in the middle of each reply, in less than 50 MiB',
  async () => {
    const gateway = await home.start();
    const client = await openSession(gateway.binary, 'anna');
    const sql = `SELECT repeat(md5(i::VARCHAR), ${CELL_BYTES / 32}) FROM range(${ROWS}) t(i)`;
    const operation = await client.session.execute(sql);
    await operation.wait();
    const socket = await login(gateway.binary, 'anna');
    const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    const request = { operationHandle: operation.handle, maxRows: 10_000n };
    const orientation = TFetchOrientation.FETCH_NEXT;
    const before = await residentBytes(gateway.pid);
    let most = before;
    let total = 0;
    for (let length = Infinity; length >= EMPTY_REPLY_BYTES; total += length) {
      socket.write(frame(encodeCall('FetchResults', 1, { ...request, orientation })));
      length = Infinity;
      for (let received = 0; received < length; ) {
        const { value } = await chunks.next();
        if (length === Infinity) length = (value as Buffer).readInt32BE(0) + 4;
        const isHalf = received < length / 2 && received + value.length >= length / 2;
        received += value.length;
        // Whoever fills memory for a client that does not read has done so by now.
        if (isHalf && length > MEBIBYTE) await new Promise((resolve) => setTimeout(resolve, 200));
        if (isHalf) most = Math.max(most, await residentBytes(gateway.pid));
      }
    }
    socket.destroy();
    expect(total).toBeGreaterThan(ROWS * CELL_BYTES);
    expect(most - before).toBeLessThan(50 * MEBIBYTE);
    await client.close();
  },
  OPEN_TIMEOUT_MS,
);
