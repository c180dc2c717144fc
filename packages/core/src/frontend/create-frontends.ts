import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import type { sessionArea } from '../session/config.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { AuthMode } from './auth.ts';
import type { frontendArea } from './config.ts';
import type { Frontend } from './frontend.ts';
import { OperationCalls } from './operation-calls.ts';
import { OperationWatch } from './operation-watch.ts';
import { RequestMemory } from './request-memory.ts';
import { SessionCalls } from './session-calls.ts';
import { StatementCalls } from './statement-calls.ts';
import { ThriftBinaryFrontend } from './thrift-binary-frontend.ts';
import { ThriftHttpFrontend } from './thrift-http-frontend.ts';
import { ThriftService } from './thrift-service.ts';

export interface FrontendsOptions {
  readonly config: AreaConfig<typeof frontendArea>;
  readonly session: AreaConfig<typeof sessionArea>;
  readonly auth: AuthMode;
  readonly sessions: SessionManager;
  readonly relay: EngineRelay;
  readonly advertisedHost: string;
  readonly version: string;
  readonly admit: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The configured frontends, not yet listening, all in front of one service. Throws CONFIG_INVALID. */
export function createFrontends(options: FrontendsOptions): readonly Frontend[] {
  const { config, auth, advertisedHost, clock, logger, sessions } = options;
  const service = createService(options);
  const memory = new RequestMemory(config.requestMemoryBytes, 'kyuubi.frontend.request.memory');
  const onDisconnected = (ids: ReadonlySet<string>) => sessions.disconnected(ids);
  const onUnclaimed = (ids: ReadonlySet<string>) => sessions.unclaimed(ids);
  return config.protocols.map((protocol) => {
    switch (protocol.toUpperCase()) {
      case 'THRIFT_BINARY':
        return new ThriftBinaryFrontend({
          config,
          auth,
          service,
          memory,
          advertisedHost,
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
          onUnclaimed,
          clock,
          logger,
        });
      default:
        throw new SenbonError('CONFIG_INVALID', {
          key: 'kyuubi.frontend.protocols',
          value: JSON.stringify(protocol),
          where: 'kyuubi.frontend.protocols',
          problem: 'this build has THRIFT_BINARY and THRIFT_HTTP',
        });
    }
  });
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
    logger: serviceLogger,
  });
}
