import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApplicationError } from '../errors.ts';
import { frame } from '../framing/frame.ts';
import { encodeCall, encodeReply } from '../messages/calls.ts';
import { TProtocolVersion } from '../messages/enums.ts';
import { patchSeqId, readEnvelope } from '../messages/envelope.ts';
import { saslFrame } from '../sasl/frame.ts';
import { HiveServer, type HiveServerOptions } from '../testing/hive-server.ts';
import { TableServer, sessionHandle } from '../testing/table-server.ts';
import { MAX_QUEUED_CALLS } from './call-queue.ts';
import { type ConnectOptions, ThriftConnection } from './thrift-connection.ts';

const plain = { mechanism: 'PLAIN', user: 'ann', password: 'secret' } as const;
const open = { clientProtocol: TProtocolVersion.V10 };
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(options: Partial<HiveServerOptions> = {}): Promise<HiveServer> {
  const server = await HiveServer.start({ handlers: new TableServer().handlers, ...options });
  closers.push(() => server.close());
  return server;
}

async function connect(
  server: { port: number },
  options: Partial<ConnectOptions> = {},
): Promise<ThriftConnection> {
  const connection = await ThriftConnection.connect({
    host: '127.0.0.1',
    port: server.port,
    auth: plain,
    ...options,
  });
  closers.push(() => connection.destroy(new Error('test over')));
  return connection;
}

/** A server that does nothing by itself. */
async function socketServer(onSocket: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}

/** Lets everybody in and then does what it is told with what comes. */
const silent = (onData: (socket: Socket, chunk: Buffer) => void = () => {}) =>
  socketServer((socket) => {
    socket.once('data', () => {
      socket.write(saslFrame(5, Buffer.alloc(0)));
      socket.on('data', (chunk: Buffer) => onData(socket, chunk));
    });
  });

describe('connecting', () => {
  it.each(['PLAIN', 'NOSASL'] as const)('with %s, and a call', async (mechanism) => {
    const server = await serve({ mechanism });
    const connection = await connect(server, { auth: mechanism === 'PLAIN' ? plain : { mechanism } });
    const response = await connection.call('OpenSession', { ...open, username: 'bob' });
    expect(response.sessionHandle).toEqual(sessionHandle);
    expect(response.configuration?.get('user')).toBe(mechanism === 'PLAIN' ? 'ann' : 'bob');
  });

  it.each([1, 3, 7])('to a server that answers in pieces of %i bytes', async (chunkBytes) => {
    for (const mechanism of ['PLAIN', 'NOSASL'] as const) {
      const server = await serve({ mechanism, chunkBytes });
      const connection = await connect(server, { auth: mechanism === 'PLAIN' ? plain : { mechanism } });
      await expect(connection.call('OpenSession', open)).resolves.toMatchObject({ sessionHandle });
    }
  });

  it('tells why the server turned it away', async () => {
    const server = await serve({ refuse: ({ user }) => `no ${user} here` });
    await expect(connect(server)).rejects.toMatchObject({
      name: 'ConnectionError',
      kind: 'refused',
      message: `127.0.0.1:${server.port} refused the login: no ann here`,
    });
  });

  it('does not put the password into the error', async () => {
    const server = await serve({ refuse: () => 'no' });
    const error: Error = await connect(server).then(
      () => new Error('connected'),
      (e: Error) => e,
    );
    expect(`${error.stack} ${String(error.cause)}`).not.toContain('secret');
  });

  it('fails when nobody listens', async () => {
    const { port } = await socketServer(() => {});
    await closers.pop()?.();
    await expect(connect({ port })).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('fails when the server hangs up', async () => {
    const server = await socketServer((socket) => socket.end());
    await expect(connect(server)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('during the handshake'),
    });
  });

  it('fails when the server speaks something else', async () => {
    const server = await socketServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(connect(server)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('not a SASL handshake'),
    });
  });

  it('fails in time when the server accepts and is silent', async () => {
    const server = await socketServer(() => {});
    await expect(connect(server, { connectTimeoutMs: 50 })).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('does not answer the SASL handshake within 50 ms'),
    });
  });

  it('is given up by its signal', async () => {
    const server = await socketServer(() => {});
    const reason = new Error('changed my mind');
    await expect(connect(server, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const connecting = connect(server, { signal: controller.signal });
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
  });

  it('takes a frame that came with the end of the handshake', async () => {
    // Bytes behind COMPLETE answer no call: the connection says so and ends.
    const stray = frame(encodeReply('GetQueryId', 99, { queryId: 'x' }));
    const server = await socketServer((socket) => {
      socket.once('data', () => socket.write(Buffer.concat([saslFrame(5, Buffer.alloc(0)), stray])));
    });
    const connection = await connect(server);
    await expect(connection.closed).resolves.toMatchObject({
      message: expect.stringContaining('out of step'),
    });
  });
});

describe('calling', () => {
  it('answers in order, one call on the wire at a time', async () => {
    const server = await serve();
    const connection = await connect(server);
    const responses = await Promise.all([
      connection.call('OpenSession', open),
      connection.call('GetInfo', { sessionHandle, infoType: 13 }),
      connection.call('CloseSession', { sessionHandle }),
    ]);
    expect(responses.map((response) => Object.keys(response)[1])).toEqual([
      'serverProtocolVersion',
      'infoValue',
      undefined,
    ]);
    expect(server.calls).toEqual(['OpenSession', 'GetInfo', 'CloseSession']);
  });

  it('sends the next call only after the reply', async () => {
    let seen = 0;
    const server = await silent((socket, chunk) => {
      seen += 1;
      const { seqId } = readEnvelope(chunk.subarray(4));
      expect(chunk.readInt32BE(0)).toBe(chunk.length - 4);
      setImmediate(() => socket.write(frame(encodeReply('GetQueryId', seqId, { queryId: `q${seen}` }))));
    });
    const connection = await connect(server);
    const operationHandle = {
      operationId: sessionHandle.sessionId,
      operationType: 0,
      hasResultSet: true,
    } as const;
    const answers = await Promise.all(
      [1, 2, 3].map(() => connection.call('GetQueryId', { operationHandle })),
    );
    expect(answers.map((answer) => answer.queryId)).toEqual(['q1', 'q2', 'q3']);
  });

  it('forwards a foreign message and gives the raw reply', async () => {
    const connection = await connect(await serve());
    const message = encodeCall('GetInfo', 4711, { sessionHandle, infoType: 13 });
    const reply = await connection.exchange(message);
    expect(readEnvelope(reply)).toMatchObject({ method: 'GetInfo', type: 2 });
    expect(readEnvelope(reply).seqId).toBe(readEnvelope(message).seqId);
    patchSeqId(reply, readEnvelope(reply), 4711);
    expect(readEnvelope(reply).seqId).toBe(4711);
  });

  it('throws what the server throws and goes on', async () => {
    const connection = await connect(await serve({ handlers: {} }));
    await expect(connection.call('OpenSession', open)).rejects.toEqual(
      new ApplicationError(1, "Invalid method name: 'OpenSession'"),
    );
    await expect(connection.call('CloseSession', { sessionHandle })).rejects.toBeInstanceOf(ApplicationError);
  });

  it('refuses a request that cannot be written and goes on', async () => {
    const connection = await connect(await serve());
    await expect(connection.call('CloseSession', {} as never)).rejects.toMatchObject({
      kind: 'missing-field',
    });
    await expect(connection.call('OpenSession', open)).resolves.toMatchObject({ sessionHandle });
  });

  it('rejects everything when the connection is lost', async () => {
    const server = await silent((socket) => socket.destroy());
    const connection = await connect(server);
    const calls = [connection.call('OpenSession', open), connection.call('OpenSession', open)];
    const outcomes = await Promise.allSettled(calls);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {
          name: 'ConnectionError',
          kind: 'lost',
          message: expect.stringContaining(`lost the connection to 127.0.0.1:${server.port}`),
        },
      });
    }
    await expect(connection.closed).resolves.toMatchObject({ kind: 'lost' });
    await expect(connection.call('OpenSession', open)).rejects.toMatchObject({ kind: 'closed' });
  });

  it('tells how far a reply had come when the server hangs up', async () => {
    const reply = frame(encodeReply('CloseSession', 1, { status: { statusCode: 0 } }));
    const server = await silent((socket) => socket.end(reply.subarray(0, 14)));
    const connection = await connect(server);
    await expect(connection.call('CloseSession', { sessionHandle })).rejects.toMatchObject({
      kind: 'lost',
      message: expect.stringContaining('the server closed it, 14 bytes into a reply'),
    });
  });

  it('ends when a reply answers another call', async () => {
    const server = await silent((socket) =>
      socket.write(frame(encodeReply('GetQueryId', 55, { queryId: 'x' }))),
    );
    const connection = await connect(server);
    await expect(connection.call('OpenSession', open)).rejects.toThrow(
      'out of step: a reply to GetQueryId 55 came, OpenSession 1 is under way',
    );
  });

  it('ends at a reply beyond its maximum', async () => {
    const server = await silent((socket) => socket.write(Buffer.from('000f4240', 'hex')));
    const connection = await connect(server, { maxMessageBytes: 1000 });
    await expect(connection.call('OpenSession', open)).rejects.toMatchObject({ kind: 'too-large' });
    await expect(connection.closed).resolves.toMatchObject({ kind: 'too-large' });
  });

  it('puts a reply together from several frames', async () => {
    const server = await silent((socket) => {
      const reply = Buffer.from(encodeReply('CloseSession', 1, { status: { statusCode: 0 } }));
      socket.write(Buffer.concat([frame(reply.subarray(0, 10)), frame(reply.subarray(10))]));
    });
    const connection = await connect(server);
    await expect(connection.call('CloseSession', { sessionHandle })).resolves.toEqual({
      status: { statusCode: 0 },
    });
  });
});

describe('giving up', () => {
  it('a call that times out ends the connection', async () => {
    const connection = await connect(await silent());
    await expect(connection.call('OpenSession', open, { timeoutMs: 30 })).rejects.toMatchObject({
      kind: 'timeout',
      message: 'no answer to OpenSession within 30 ms',
    });
    await expect(connection.closed).resolves.toMatchObject({ kind: 'timeout' });
  });

  it.each(['PLAIN', 'NOSASL'] as const)(
    'a reply that stops in the middle does too, %s',
    async (mechanism) => {
      const message = encodeReply('CloseSession', 1, { status: { statusCode: 0 } });
      const isPlain = mechanism === 'PLAIN';
      const half = (isPlain ? frame(message) : message).subarray(0, 14);
      const server = isPlain
        ? await silent((socket) => socket.write(half))
        : await socketServer((socket) => socket.once('data', () => socket.write(half)));
      const connection = await connect(server, { auth: isPlain ? plain : { mechanism } });
      const call = connection.call('CloseSession', { sessionHandle }, { timeoutMs: 200 });
      await expect(call).rejects.toMatchObject({
        kind: 'timeout',
        message: 'no answer to CloseSession within 200 ms: it stopped after 14 bytes',
      });
      await expect(connection.closed).resolves.toMatchObject({ kind: 'timeout' });
    },
  );

  it('a call that times out in the queue does not', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const connection = await connect(await serve({ handlers: table.handlers }));
    const first = connection.call('ExecuteStatement', { sessionHandle, statement: 'rows' });
    await expect(connection.call('OpenSession', open, { timeoutMs: 20 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    release();
    await expect(first).resolves.toMatchObject({ status: { statusCode: 0 } });
    await expect(connection.call('OpenSession', open)).resolves.toMatchObject({ sessionHandle });
  });

  it('an aborted call leaves the connection in step', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const server = await serve({ handlers: table.handlers });
    const connection = await connect(server);
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const onWire = connection.call('ExecuteStatement', { sessionHandle, statement: 'rows' }, options);
    const queued = connection.call('CloseSession', { sessionHandle }, options);
    const after = connection.call('OpenSession', open);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(onWire).rejects.toBe(reason);
    await expect(queued).rejects.toBe(reason);
    release();
    await expect(after).resolves.toMatchObject({ sessionHandle });
    expect(server.calls).toEqual(['ExecuteStatement', 'OpenSession']);
  });

  it('a signal that is aborted already sends nothing', async () => {
    const server = await serve();
    const connection = await connect(server);
    await expect(
      connection.call('OpenSession', open, { signal: AbortSignal.abort(new Error('late')) }),
    ).rejects.toThrow('late');
    expect(server.calls).toEqual([]);
  });

  it('an abandoned call without an answer still ends the connection in time', async () => {
    const connection = await connect(await silent());
    const controller = new AbortController();
    const call = connection.call('OpenSession', open, { signal: controller.signal, timeoutMs: 40 });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(connection.closed).resolves.toMatchObject({ kind: 'timeout' });
  });

  it('too many calls in line are refused', async () => {
    const connection = await connect(await silent());
    const calls = Array.from({ length: MAX_QUEUED_CALLS + 2 }, () => connection.call('OpenSession', open));
    const outcomes = Promise.allSettled(calls);
    await expect(calls.at(-1)).rejects.toMatchObject({ kind: 'busy' });
    connection.destroy(new Error('over'));
    const reasons = (await outcomes).map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as Error).message : '',
    );
    expect(new Set(reasons.slice(0, -1))).toEqual(new Set(['over']));
  });
});

describe('closing', () => {
  it('lets calls under way end and takes no more', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const connection = await connect(await serve({ handlers: table.handlers }));
    const call = connection.call('ExecuteStatement', { sessionHandle, statement: 'rows' });
    const closing = connection.close();
    await expect(connection.call('OpenSession', open)).rejects.toMatchObject({ kind: 'closed' });
    release();
    await expect(call).resolves.toMatchObject({ status: { statusCode: 0 } });
    await closing;
    await expect(connection.closed).resolves.toBeNull();
  });

  it('does not wait longer than its deadline', async () => {
    const connection = await connect(await silent());
    const call = connection.call('OpenSession', open);
    await Promise.all([
      expect(call).rejects.toMatchObject({
        kind: 'closed',
        message: expect.stringContaining('within 20 ms'),
      }),
      connection.close({ deadlineMs: 20 }),
    ]);
  });

  it('may be asked for often, also after destroy', async () => {
    const connection = await connect(await serve());
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    connection.destroy(new Error('again'));
    await expect(connection.closed).resolves.toBeNull();
  });

  it('is seen by the server', async () => {
    const server = await serve();
    const connection = await connect(server);
    const [socket] = server.sockets;
    const gone = new Promise((resolve) => socket?.on('close', resolve));
    await connection.close();
    await gone;
  });

  it('destroy rejects what is under way with its error', async () => {
    const connection = await connect(await silent());
    const call = connection.call('OpenSession', open);
    const error = new Error('now');
    connection.destroy(error);
    await expect(call).rejects.toBe(error);
    await expect(connection.closed).resolves.toBe(error);
  });

  it('leaves no socket behind', async () => {
    const server = await serve();
    const probe = connectTcp(server.port, '127.0.0.1');
    await new Promise((resolve) => probe.once('connect', resolve));
    for (let i = 0; i < 20; i++) await (await connect(server)).close();
    const ended = [...server.sockets]
      .filter((socket) => socket.remotePort !== probe.localPort)
      .map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await Promise.all(ended);
    expect(server.sockets.size).toBe(1);
    probe.destroy();
  });
});
