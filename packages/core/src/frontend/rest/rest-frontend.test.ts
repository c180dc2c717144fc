import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SenbonError } from '../../errors/senbon-error.ts';
import { openRequest, TestGateway } from '../../testing/test-gateway.ts';

let made: TestGateway;

beforeEach(async () => {
  made = await TestGateway.start({
    'kyuubi.frontend.protocols': 'REST,THRIFT_BINARY',
    'kyuubi.server.administrators': 'ann,ben',
    'kyuubi.ha.advertise': 'THRIFT_BINARY,THRIFT_BINARY=other',
  });
});
afterEach(() => made.stop());

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const url = `http://127.0.0.1:${made.portOf('REST')}/api/v1/${path}`;
  const response = await fetch(url, { method, headers: { connection: 'close', ...headers } });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body: unknown = isJson ? await response.json() : await response.text();
  return { status: response.status, body, headers: response.headers };
}

const basic = (user: string, password = '') => ({
  authorization: `BASIC ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const get = (path: string, headers = basic('ann')) => ask('GET', path, headers);
const post = (path: string, headers = basic('ann')) => ask('POST', path, headers);

async function openSession() {
  const client = await made.connect('carol');
  const { status, sessionHandle } = await client.call('OpenSession', openRequest());
  return { client, status, sessionHandle: sessionHandle as NonNullable<typeof sessionHandle> };
}

describe('the REST frontend', () => {
  it('says where it is, answers a ping of anybody, and knows its version', async () => {
    expect(made.logger.has(`Exposing REST endpoint at: http://127.0.0.1:${made.portOf('REST')}`)).toBe(true);
    expect(await ask('GET', 'ping')).toMatchObject({ status: 200, body: 'pong' });
    expect(await ask('GET', 'version')).toMatchObject({ status: 200, body: { version: '0.0.0-test' } });
    expect(await ask('GET', 'nothing')).toMatchObject({
      status: 404,
      body: { message: 'HTTP 404 Not Found: /api/v1/nothing' },
    });
  });

  it('is in no server space, and no client is sent there', async () => {
    expect(made.ensemble.nodes('/kyuubi').map(({ port }) => port)).toEqual([made.binaryPort]);
    await openSession();
    void made.gateway.drain('asked to');
    expect((await openSession()).status.errorMessage).toContain(
      `127.0.0.1:${made.binaryPort}) is being drained`,
    );
  });

  it('lists the servers of each of its spaces in Kyuubi’s form', async () => {
    const { status, body } = await get('admin/server');
    const port = made.binaryPort;
    const server = { instance: `127.0.0.1:${port}`, host: '127.0.0.1', port, status: 'Running' };
    expect(status).toBe(200);
    expect(body).toEqual(
      ['/kyuubi', '/other'].map((namespace) => ({
        ...server,
        namespace,
        nodeName: expect.stringMatching(/^serverUri=127\.0\.0\.1:\d+;version=/),
        attributes: expect.objectContaining({ version: '0.0.0-test' }),
      })),
    );
    made.ensemble.listFailure = new SenbonError('DISCOVERY_UNREACHABLE', { addresses: 'm', problem: 'p' });
    expect(await get('admin/server')).toMatchObject({ status: 503, body: { message: expect.any(String) } });
  });

  it('lets administrators only at what is theirs', async () => {
    const paths = [
      ['GET', 'admin/server'],
      ['GET', 'admin/drain'],
      ['POST', 'admin/drain'],
      ['POST', 'admin/undrain'],
    ] as const;
    for (const [method, path] of paths) {
      const nobody = await ask(method, path);
      expect(nobody.status).toBe(401);
      expect(nobody.headers.get('www-authenticate')).toBe('Basic realm="kyuubi"');
      expect(await ask(method, path, basic('carol'))).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining('carol is not an administrator') },
      });
      const foreign = { ...basic('ann'), 'sec-fetch-site': 'cross-site' };
      expect((await ask(method, path, foreign)).status).toBe(403);
    }
    expect(made.logger.has('whoever reaches')).toBe(true);
    expect((await ask('GET', 'ping', { authorization: 'Bearer x' })).status).toBe(401);
    for (const user of ['ann', 'ben', 'svc'])
      expect((await get('admin/drain', basic(user))).status).toBe(200);
    expect(made.gateway.state).toBe('running');
  });
});

describe('what a page of another site has a browser ask for', () => {
  const own = () => `127.0.0.1:${made.portOf('REST')}`;

  // Over plain HTTP to another machine a browser does not send Sec-Fetch-Site.
  it.each([
    ['another origin', () => ({ origin: 'http://evil.example' })],
    ['another port', () => ({ origin: 'http://127.0.0.1:1' })],
    ['a sandboxed page', () => ({ origin: 'null' })],
    ['a file', () => ({ origin: 'file://' })],
    ['a form', () => ({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['a form of files', () => ({ 'content-type': 'multipart/form-data; boundary=x' })],
    ['a form of text', () => ({ origin: `http://${own()}`, 'content-type': 'Text/Plain;charset=UTF-8' })],
  ])('is refused: %s', async (_what, headers) => {
    for (const path of ['admin/drain', 'admin/undrain']) {
      expect((await post(path, { ...basic('ann'), ...headers() })).status).toBe(403);
    }
    expect(made.gateway.state).toBe('running');
  });

  it.each([
    ['its own page', () => ({ origin: `http://${own()}` })],
    ['a program with JSON', () => ({ 'content-type': 'application/json' })],
  ])('is not to be confused with %s', async (_what, headers) => {
    await openSession();
    expect((await post('admin/drain', { ...basic('ann'), ...headers() })).status).toBe(202);
  });
});

describe('a drain by REST', () => {
  it('is begun, shown, given another deadline, and undone', async () => {
    const { client, sessionHandle } = await openSession();
    const instance = `127.0.0.1:${made.binaryPort}`;
    expect((await get('admin/drain')).body).toEqual({ state: 'running', instance, sessions: 1, drain: null });
    const since = made.clock.now();
    const drain = {
      why: 'asked for by REST',
      since,
      deadline: since + 3_600_000,
      canUndo: true,
      users: [{ user: 'carol', sessions: 1 }],
    };
    const status = { state: 'draining', instance, sessions: 1, drain };
    expect(await post('admin/drain')).toMatchObject({ status: 202, body: status });
    expect(made.ensemble.nodes('/kyuubi')).toEqual([]);
    const sooner = { ...status, drain: { ...drain, deadline: since + 60_000 } };
    expect((await post('admin/drain?deadline=PT1M')).body).toEqual(sooner);
    expect((await get('admin/drain')).body).toEqual(sooner);
    expect(await post('admin/undrain')).toMatchObject({
      status: 200,
      body: { state: 'running', drain: null },
    });
    expect(made.ensemble.nodes('/kyuubi')).toHaveLength(1);
    expect(await post('admin/undrain')).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('cannot take sessions again: it is running') },
    });
    await client.call('CloseSession', { sessionHandle });
    expect(made.gateway.state).toBe('running');
  });

  it('is answered before the gateway ends', async () => {
    expect(await post('admin/drain')).toMatchObject({ status: 202 });
    await made.gateway.stopped;
  });

  it('with a deadline from the start ends then', async () => {
    const { client } = await openSession();
    await post('admin/drain?deadline=47000');
    made.clock.advance(47_000);
    await client.closed;
    await made.gateway.stopped;
  });

  it('takes no deadline that is none', async () => {
    for (const deadline of ['soon', '-1', '']) {
      expect(await post(`admin/drain?deadline=${deadline}`)).toMatchObject({ status: 400 });
    }
    expect(made.gateway.state).toBe('running');
  });

  it('does not undo what a signal began', async () => {
    await openSession();
    void made.gateway.drain('SIGTERM');
    await post('admin/drain');
    expect(await post('admin/undrain')).toMatchObject({ status: 409 });
    expect(made.gateway.state).toBe('draining');
  });
});
