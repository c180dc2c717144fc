import type { CallOptions } from './discovery.ts';
import type { Logger } from './logger.ts';

/**
 * How engines of one type are started. A plugin package exports `enginePlugin: EnginePlugin`.
 * It never opens sessions: the broker does, over Thrift, once the engine has registered itself.
 */
export interface EnginePlugin {
  /** The name in `kyuubi.engine.type` and in engine-space paths, as in `DUCKDB`. */
  readonly type: string;
  readonly supports: EngineSupports;
  /**
   * Starts an engine process that outlives this one and registers itself in `request.space` with
   * `refId=<request.refId>`. Resolves as soon as the process (or the remote job) exists, not when it is ready.
   */
  launch(request: LaunchRequest, context: LaunchContext): Promise<LaunchedEngine>;
}

export interface EngineSupports {
  /** A session survives the connection that opened it, and any connection may serve it (design decision 3). */
  readonly sharedConnections: boolean;
  /** Checks the gateway's token (`kyuubi.internal.security.*`) in place of a password. */
  readonly gatewayToken: boolean;
}

export interface LaunchRequest {
  /** The engine space to register in, an absolute path. */
  readonly space: string;
  readonly refId: string;
  /** Who the engine runs for: the routing user. */
  readonly user: string;
  /**
   * What the engine is configured by: server defaults and the opening session's confs, with `kyuubi.ha.addresses`
   * (reachable by the engine), `kyuubi.ha.namespace` = space and `kyuubi.ha.engine.ref.id` = refId already set.
   */
  readonly conf: ReadonlyMap<string, string>;
  /** Shared secret of the server space. Never to be put on a command line. */
  readonly secret: Uint8Array;
}

export interface LaunchContext extends CallOptions {
  readonly logger: Logger;
  /** A directory of this user's, existing, for logs and scratch files. */
  readonly workDir: string;
}

export interface LaunchedEngine {
  /** For people: a process id, an application id. */
  readonly id: string;
  /** What the launcher prints, line by line, until the process ends or the consumer returns. */
  log(call: CallOptions): AsyncIterable<string>;
  /**
   * Resolves when the process that was launched here has ended. Never rejects. Unless it says otherwise by `meansDeath`, its
   * end is the engine's: a waiting launch fails at once, and the engine's node is removed.
   */
  readonly exited: Promise<EngineExit>;
  /**
   * For an engine that lives elsewhere (a job on a cluster): resolves, with what happened, when that is known to be over.
   * Never rejects. Absent: `exited` is all there is to know.
   */
  readonly ended?: Promise<string>;
  /** Ends the process and everything it started, jobs elsewhere too. Idempotent. */
  kill(): Promise<void>;
}

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /**
   * `false`: the launcher has done its work and the engine lives on without it, as after `spark-submit` in cluster mode has
   * exited with 0. The launch goes on waiting for the engine's node, up to its time-out or `ended`.
   */
  readonly meansDeath?: boolean;
}
