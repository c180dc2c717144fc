import type { AreaConfig } from '@senbon/core';
import type { engineHostArea } from '../config.ts';
import type { ExecutorInfo } from '../executor.ts';
import type { Peer } from '../session/session.ts';
import type { SessionManager } from '../session/session-manager.ts';

/** What the calls are answered from. */
export interface EngineService {
  readonly sessions: SessionManager;
  readonly info: ExecutorInfo;
  readonly config: AreaConfig<typeof engineHostArea>;
  /** `kyuubi.engine.id`, `.name`, `.url`: told to whoever opens a session. */
  readonly identity: ReadonlyMap<string, string>;
}

/** Who calls. */
export interface Caller extends Peer {
  readonly user: string;
  readonly service: EngineService;
}
