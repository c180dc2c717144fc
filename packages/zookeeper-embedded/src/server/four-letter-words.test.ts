import { text } from 'node:stream/consumers';
import { connect as connectSocket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../testing/start.ts';
import type { TestServer } from '../testing/start.ts';
import { OpCode } from '../wire/op-code.ts';
import { PathWatchRequest } from '../wire/records.ts';

async function ask({ server }: TestServer, word: string, more = ''): Promise<string> {
  const socket = connectSocket({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
  // As netcat does it: the question, then the end of our side.
  socket.end(word + more);
  return text(socket);
}

describe('four-letter words', () => {
  it.each([
    ['ruok', 'imok'],
    ['isro', 'rw'],
  ])('%s: %s', async (word, answer) => {
    const test = await startTestServer();
    expect(await ask(test, word)).toBe(answer);
    expect(await ask(test, word, '\r\n')).toBe(answer);
  });

  it('srvr tells the state of the server', async () => {
    const test = await startTestServer();
    const client = await test.connect();
    const { zxid } = await client.create('/a');
    expect((await ask(test, 'srvr')).split('\n')).toEqual([
      expect.stringMatching(/^Zookeeper version: 3\.9\.\d+/),
      'Latency min/avg/max: 0/0.0/0',
      'Received: 2',
      'Sent: 2',
      'Connections: 2',
      'Outstanding: 0',
      `Zxid: 0x${zxid.toString(16)}`,
      'Mode: standalone',
      'Node count: 5',
      '',
    ]);
  });

  it('stat and cons list the clients', async () => {
    const test = await startTestServer();
    const client = await test.connect({ timeoutMs: 7000 });
    await client.create('/a');
    const sid = client.session.sessionId.toString(16);
    const { localPort } = client.socket;
    expect(await ask(test, 'cons')).toContain(
      ` /127.0.0.1:${localPort}[1](queued=0,recved=2,sent=2,sid=0x${sid},lop=CREA,est=${test.clock.now()},to=7000,lcxid=0x1,`,
    );
    const stat = await ask(test, 'stat');
    expect(stat).toContain(`Clients:\n /127.0.0.1:${localPort}[1](queued=0,recved=2,sent=2)\n`);
    expect(stat).toContain('\nMode: standalone\n');
  });

  it('cons does not list without bound', async () => {
    const test = await startTestServer({ maxClientConnections: 0 });
    await Promise.all(Array.from({ length: 1005 }, () => test.open()));
    const answer = await ask(test, 'cons');
    expect(answer.split('\n').filter((line) => line.startsWith(' /')).length).toBe(1000);
    expect(answer).toContain(' and 6 more\n');
  });

  it('mntr tells figures, one a line', async () => {
    const test = await startTestServer();
    const client = await test.connect();
    await client.create('/e', 1, Buffer.alloc(10));
    await client.request(OpCode.exists, (writer) =>
      PathWatchRequest.write(writer, { path: '/e', watch: true }),
    );
    test.clock.advance(1500);
    const answer = await ask(test, 'mntr');
    const figures = new Map(
      answer
        .trim()
        .split('\n')
        .map((line) => line.split('\t') as [string, string]),
    );
    expect(figures.get('zk_server_state')).toBe('standalone');
    expect(figures.get('zk_znode_count')).toBe('5');
    expect(figures.get('zk_ephemerals_count')).toBe('1');
    expect(figures.get('zk_watch_count')).toBe('1');
    expect(figures.get('zk_global_sessions')).toBe('1');
    expect(figures.get('zk_uptime')).toBe('1500');
    expect(Number(figures.get('zk_approximate_data_size'))).toBeGreaterThan(10);
  });

  it('conf tells the options, wchs the watches, envi nothing personal', async () => {
    const test = await startTestServer({ tickTimeMs: 1000, maxClientConnections: 7 });
    const conf = await ask(test, 'conf');
    expect(conf).toContain(`clientPort=${test.server.port}\n`);
    expect(conf).toContain(
      'tickTime=1000\nmaxClientCnxns=7\nminSessionTimeout=6000\nmaxSessionTimeout=60000\n',
    );
    expect(await ask(test, 'wchs')).toBe('0 connections watching 0 paths\nTotal watches:0\n');
    const envi = await ask(test, 'envi');
    expect(envi).toMatch(/^Environment:\nzookeeper\.version=/);
    expect(envi).not.toContain(process.cwd());
  });

  it.each(['dump', 'wchc', 'stmk', 'crst'])(
    '%s is refused as by a server that does not allow it',
    async (word) => {
      const test = await startTestServer();
      expect(await ask(test, word)).toBe(`${word} is not executed because it is not in the whitelist.\n`);
    },
  );

  it('is no word once there is a session', async () => {
    const test = await startTestServer();
    const client = await test.connect();
    client.socket.write('ruok');
    await client.closed;
  });

  it('may be unknown, and is then the length of something too large', async () => {
    const test = await startTestServer();
    expect(await ask(test, 'halt')).toBe('');
  });
});
