import type { Conf } from './config/conf.ts';
import type { Inheritance } from './handover/inheritance.ts';
import type { Clock } from './ports/clock.ts';
import type { DiscoveryPlugin } from './ports/discovery.ts';
import type { EnginePlugin } from './ports/engine.ts';
import type { GroupProvider } from './ports/groups.ts';
import type { Logger } from './ports/logger.ts';

export interface GatewayOptions {
  readonly conf: Conf;
  readonly version: string;
  readonly discovery: {
    readonly plugin: DiscoveryPlugin;
    /** As engines and this gateway reach it. */
    readonly addresses: string;
    readonly isEmbedded: boolean;
  };
  readonly enginePlugins: readonly EnginePlugin[];
  readonly groupProvider: GroupProvider;
  /** When neither server nor session names a type. */
  readonly defaultEngineType: string;
  /** `KYUUBI_CONF_DIR`. */
  readonly confDir: string;
  /** `KYUUBI_WORK_DIR_ROOT`. */
  readonly workDirRoot: string;
  /** The OS user this process runs as. */
  readonly serverUser: string;
  /** From the gateway whose place this one takes. */
  readonly inheritance?: Inheritance | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}
