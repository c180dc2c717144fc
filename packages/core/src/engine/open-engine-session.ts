import { encodeCall, TStatusCode, type TOpenSessionResp } from '@senbon/hive-thrift';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineConnection } from '../relay/engine-connection.ts';
import { readReply } from '../relay/read-reply.ts';
import { CollectingSink } from '../relay/reply-sink.ts';
import type { Handle } from '../session/handle.ts';
import type { EngineSessionOrder } from './engine-broker.ts';
import type { Engine } from './engine-directory.ts';

/** An OpenSession reply is handles and a few confs. */
const MAX_REPLY_BYTES = 1_048_576;
const SQLSTATE_REFUSED = '08004';

export interface OpenEngineSessionOptions {
  /** The id that the engine is asked to give its session. */
  readonly handleId: string;
  readonly clock: Clock;
}

export interface EngineSessionReply {
  readonly handle: Handle;
  readonly configuration: ReadonlyMap<string, string>;
}

/** Throws ENGINE_UNREACHABLE, ENGINE_LOST, ENGINE_BUSY, ENGINE_REFUSED (with `details.draining` = 1 where it drains). */
export async function openEngineSession(
  engine: Engine,
  order: EngineSessionOrder,
  options: OpenEngineSessionOptions,
): Promise<EngineSessionReply> {
  const request = requestOf(order, options.handleId);
  const sink = new CollectingSink(MAX_REPLY_BYTES);
  await engine.pool.use(order.user, true, (connection) => {
    const replied = connection.exchange('OpenSession', request, sink);
    return whileAlive(replied, { engine, connection, clock: options.clock });
  });
  const response = readReply(engine.name, 'OpenSession', sink.bytes);
  if (!isSuccess(response)) throw refusalOf(engine, response);
  const { sessionHandle, configuration } = response;
  if (sessionHandle === undefined) throw refused(engine, 'it answered OpenSession without a handle');
  const { guid, secret } = sessionHandle.sessionId;
  const handle = { guid: Uint8Array.from(guid), secret: Uint8Array.from(secret) };
  return { handle, configuration: configuration ?? new Map() };
}

function requestOf(order: EngineSessionOrder, handleId: string): Uint8Array {
  const configuration = new Map(order.sessionConf);
  configuration.set('kyuubi.session.handle', handleId);
  configuration.set('kyuubi.session.alive.probe', 'false');
  // The engine keeps the session when our connection drops: connections are shared and gateways die.
  configuration.set('kyuubi.session.close.on.disconnect', 'false');
  return encodeCall('OpenSession', 1, {
    clientProtocol: order.protocol,
    username: order.user,
    configuration,
  });
}

interface Watched {
  readonly engine: Engine;
  readonly connection: EngineConnection;
  readonly clock: Clock;
}

/**
 * OpenSession may take long, for an engine runs initial statements in it; a stopped engine takes as long. Which of them it
 * is shows at a second connection, whose handshake any engine that lives answers.
 */
async function whileAlive(replied: Promise<void>, watched: Watched): Promise<void> {
  const { engine, connection, clock } = watched;
  let fail: (error: Error) => void = () => {};
  const silent = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let isProbing = false;
  const timer = clock.every(engine.pool.loginTimeoutMs, () => {
    if (isProbing) return;
    isProbing = true;
    void engine.pool
      .probe(connection.user)
      .catch((error: unknown) => {
        // An engine that turns the second connection away lives too.
        if (error instanceof SenbonError && error.code === 'ENGINE_UNREACHABLE') fail(error);
      })
      .finally(() => {
        isProbing = false;
      });
  });
  try {
    await Promise.race([replied, silent]);
  } catch (error) {
    connection.destroy(new Error(`OpenSession is given up: ${messageOf(error)}`));
    await replied.catch(() => {});
    throw error;
  } finally {
    timer.cancel();
  }
}

function isSuccess({ status }: TOpenSessionResp): boolean {
  return status.statusCode === TStatusCode.SUCCESS || status.statusCode === TStatusCode.SUCCESS_WITH_INFO;
}

function refused(engine: Engine, problem: string): SenbonError {
  return new SenbonError('ENGINE_REFUSED', { engine: engine.name, problem });
}

function refusalOf(engine: Engine, { status }: TOpenSessionResp): SenbonError {
  const { errorMessage, sqlState } = status;
  const problem = errorMessage ?? 'no reason given';
  // SQLSTATE 08004 from an engine means that it takes no new sessions: it drains, and another will take its place.
  const draining = sqlState === SQLSTATE_REFUSED ? 1 : 0;
  return new SenbonError(
    'ENGINE_REFUSED',
    { engine: engine.name, problem, draining },
    sqlState === undefined ? {} : { sqlState },
  );
}
