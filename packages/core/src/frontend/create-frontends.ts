import type { AreaConfig } from '../config/area.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import type { sessionArea } from '../session/config.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { AuthMode } from './auth.ts';
import type { frontendArea } from './config.ts';
import { BackDoor } from '../handover/back-door.ts';
import type { ListeningSocket } from '../handover/inheritance.ts';
import type { LeftSessions } from '../lifecycle/left-sessions.ts';
import type { Frontend } from './frontend.ts';
import { OperationCalls } from './operation-calls.ts';
import { OperationWatch } from './operation-watch.ts';
import { RequestMemory } from './request-memory.ts';
import type { GatewayAdmin } from './rest/gateway-admin.ts';
import { RestFrontend } from './rest/rest-frontend.ts';
import { SessionCalls } from './session-calls.ts';
import { StatementCalls } from './statement-calls.ts';
import { ThriftBinaryFrontend } from './thrift-binary-frontend.ts';
import { ThriftHttpFrontend } from './thrift-http-frontend.ts';
import { type Elsewhere, ThriftService } from './thrift-service.ts';

export interface FrontendsOptions {
  /** Who is left here, for the process after this one. */
  readonly left: (deadlineMs: number | null) => Promise<LeftSessions>;
  readonly config: AreaConfig<typeof frontendArea>;
  readonly session: AreaConfig<typeof sessionArea>;
  readonly auth: AuthMode;
  readonly sessions: SessionManager;
  readonly relay: EngineRelay;
  readonly advertisedHost: string;
  readonly version: string;
  /** From the process before this one. */
  readonly inherited: readonly ListeningSocket[];
  /** Where sessions may be that are not known here. */
  readonly elsewhere: Elsewhere | null;
  readonly admit: () => Promise<void>;
  /** What REST may do with the gateway. */
  readonly admin: GatewayAdmin;
  readonly serverUser: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Frontends {
  /** Not yet listening. */
  readonly frontends: readonly Frontend[];
  /** Not yet open. */
  readonly backDoor: BackDoor;
}

/** The configured frontends, all in front of one service. */
export function createFrontends(options: FrontendsOptions): Frontends {
  const { config, auth, advertisedHost, clock, logger, sessions } = options;
  const service = createService(options);
  const memory = new RequestMemory(config.requestMemoryBytes, 'kyuubi.frontend.request.memory');
  const onDisconnected = (ids: ReadonlySet<string>) => sessions.disconnected(ids);
  const onUnclaimed = (ids: ReadonlySet<string>) => sessions.unclaimed(ids);
  const inheritedBy = (protocol: string) =>
    options.inherited.find((socket) => socket.protocol === protocol) ?? null;
  const frontends = config.protocols.map((protocol): Frontend => {
    switch (protocol) {
      case 'THRIFT_BINARY':
        return new ThriftBinaryFrontend({
          config,
          auth,
          service,
          memory,
          advertisedHost,
          inherited: inheritedBy('THRIFT_BINARY'),
          onDisconnected,
          clock,
          logger,
        });
      case 'THRIFT_HTTP':
        return new ThriftHttpFrontend({
          config,
          auth,
          service,
          memory,
          advertisedHost,
          inherited: inheritedBy('THRIFT_HTTP'),
          onUnclaimed,
          clock,
          logger,
        });
      case 'REST':
        return new RestFrontend({
          config,
          admin: options.admin,
          serverUser: options.serverUser,
          version: options.version,
          advertisedHost,
          inherited: inheritedBy('REST'),
          clock,
          logger,
        });
    }
  });
  return { frontends, backDoor: new BackDoor({ service, memory, config, clock, left: options.left }) };
}

function createService(options: FrontendsOptions): ThriftService {
  const { sessions: manager, relay, session: config, clock, logger, version, admit } = options;
  const watch = new OperationWatch({ relay, clock });
  const serviceLogger = logger.named('server.TCLIService');
  return new ThriftService({
    sessions: new SessionCalls({
      manager,
      relay,
      config,
      defaultFetchSize: options.config.defaultFetchSize,
      version,
      admit,
    }),
    statements: new StatementCalls({ manager, relay, watch, config, clock, logger: serviceLogger }),
    operations: new OperationCalls({ manager, relay, config, clock }),
    elsewhere: options.elsewhere,
    logger: serviceLogger,
  });
}
