import { TGetInfoType, type TGetInfoValue } from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import type { sessionArea } from '../session/config.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { Call } from './call.ts';
import { OK } from './thrift-status.ts';

export interface SessionCallsOptions {
  readonly manager: SessionManager;
  readonly relay: EngineRelay;
  readonly config: AreaConfig<typeof sessionArea>;
  readonly defaultFetchSize: number;
  readonly version: string;
  /** Throws SERVER_DRAINING when no new session may be opened; waits until the gateway has started. */
  readonly admit: () => Promise<void>;
}

const MAX_NAME_LENGTH = 128n;

/** The calls about a session itself. */
export class SessionCalls {
  readonly #options: SessionCallsOptions;

  constructor(options: SessionCallsOptions) {
    this.#options = options;
  }

  async open(call: Call<'OpenSession'>): Promise<void> {
    const { manager, admit, defaultFetchSize, config } = this.#options;
    await admit();
    const session = await manager.open(call.request(), call.client);
    const { handle: launch } = session.launch;
    const fetchSize = Math.min(defaultFetchSize, config.fetchMaxRows ?? defaultFetchSize);
    await call.reply({
      status: OK,
      serverProtocolVersion: session.spec.protocol,
      sessionHandle: { sessionId: session.spec.handle },
      // Never null, and with a fetch size above 0: Hive JDBC 4.0.1 dereferences both.
      configuration: new Map([
        ['kyuubi.session.engine.launch.handle.guid', Buffer.from(launch.guid).toString('base64')],
        ['kyuubi.session.engine.launch.handle.secret', Buffer.from(launch.secret).toString('base64')],
        ['kyuubi.session.engine.launch.support.result', 'true'],
        ['hive.server2.thrift.resultset.default.fetch.size', String(fetchSize)],
      ]),
    });
  }

  async close(call: Call<'CloseSession'>): Promise<void> {
    const { manager } = this.#options;
    manager.close(manager.directory.sessionOf(call.handle(), call.client.user), 'by its client');
    await call.reply({ status: OK });
  }

  async info(call: Call<'GetInfo'>): Promise<void> {
    const { manager, relay, config } = this.#options;
    const session = manager.directory.sessionOf(call.handle(), call.client.user);
    if (config.infoProvider === 'ENGINE')
      return relay.forward(session, call, (engine) => call.patched(engine.handle));
    await call.reply({ status: OK, infoValue: this.#infoOf(call.request().infoType) });
  }

  async clientInfo(call: Call<'SetClientInfo'>): Promise<void> {
    this.#options.manager.directory.sessionOf(call.handle(), call.client.user);
    await call.reply({ status: OK });
  }

  #infoOf(type: TGetInfoType): TGetInfoValue {
    switch (type) {
      case TGetInfoType.SERVER_NAME:
      case TGetInfoType.DBMS_NAME:
        return { stringValue: 'Apache Kyuubi' };
      case TGetInfoType.DBMS_VER:
        return { stringValue: this.#options.version };
      case TGetInfoType.ODBC_KEYWORDS:
        return { stringValue: 'Unimplemented' };
      case TGetInfoType.MAX_COLUMN_NAME_LEN:
      case TGetInfoType.MAX_SCHEMA_NAME_LEN:
      case TGetInfoType.MAX_TABLE_NAME_LEN:
        return { lenValue: MAX_NAME_LENGTH };
      default:
        throw new SenbonError('REQUEST_INVALID', {
          method: 'GetInfo',
          problem: `Unrecognized GetInfoType value: ${type}`,
        });
    }
  }
}
