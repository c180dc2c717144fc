import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listenPrivately } from './listen-privately.ts';

let dir: string;
let server: Server;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-socket-'));
  server = createServer((socket) => socket.end());
});
afterEach(async () => {
  server.close();
  await rm(dir, { recursive: true, force: true });
});

it('lets only its owner in, and leaves the mask as it was', async () => {
  const path = join(dir, 'a.sock');
  const mask = process.umask();
  await listenPrivately(server, path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(process.umask()).toBe(mask);
  await once(connect(path).resume(), 'end');
});

it('replaces what a process before left there', async () => {
  const path = join(dir, 'a.sock');
  await writeFile(path, '');
  await listenPrivately(server, path);
  await once(connect(path).resume(), 'end');
});

it('says that the name is too long, and which variable names the folder', async () => {
  await expect(listenPrivately(server, join(dir, 'x'.repeat(120)))).rejects.toMatchObject({
    code: 'FOLDER_UNUSABLE',
    message: expect.stringMatching(/longer than 103 bytes.*KYUUBI_PID_DIR/),
  });
  await expect(listenPrivately(server, join(dir, 'no/a.sock'))).rejects.toMatchObject({
    code: 'FOLDER_UNUSABLE',
  });
});
