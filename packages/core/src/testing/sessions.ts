import { TProtocolVersion } from '@senbon/hive-thrift';
import { engineSpaceOf } from '../engine/engine-space.ts';
import type { EngineSession } from '../engine/engine-session.ts';
import { silentLogger } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClientContext } from '../session/client-context.ts';
import { createHandle } from '../session/handle.ts';
import { Session, type SessionSpec } from '../session/session.ts';
import { FakeClock } from './fake-clock.ts';

/** A session of alice's whose engine is still being looked for. */
export function sessionOf(overrides: Partial<SessionSpec> = {}, clock: Clock = new FakeClock()): Session {
  const handle = createHandle();
  return new Session(
    {
      handle,
      authenticatedUser: 'alice',
      user: 'alice',
      ip: '10.1.1.1',
      protocol: TProtocolVersion.V10,
      conf: new Map(),
      space: engineSpaceOf({
        namespace: 'kyuubi',
        version: 'v',
        shareLevel: 'USER',
        engineType: 'FAKE',
        sessionUser: 'alice',
        group: 'alice',
        serverUser: 'svc',
        serverIp: '127.0.0.1',
        subdomain: null,
        refId: handle.id,
      }),
      closeOnDisconnect: true,
      ...overrides,
    },
    clock,
    silentLogger,
  );
}

/** Stands for an engine session where nothing is ever sent to it. */
export const nowhere = {
  engine: { name: '127.0.0.1:1' },
  handle: createHandle(),
  user: 'alice',
} as unknown as EngineSession;

export function clientOf(user: string | null = 'alice', ip = '10.1.1.1'): ClientContext {
  return { user, ip, onSessionOpened() {} };
}
