import { messageOf } from '../errors/senbon-error.ts';
import type {
  EngineExit,
  EnginePlugin,
  LaunchContext,
  LaunchedEngine,
  LaunchRequest,
} from '../ports/engine.ts';
import type { CallOptions } from '../ports/discovery.ts';
import { guardedCall, type GuardContext, invoke } from './guarded-call.ts';

/** How long a plugin is given to kill what it launched. */
const KILL_TIMEOUT_MS = 15_000;

/** What the core makes of a launched engine: nothing in it throws where the port says that it does not. */
export interface GuardedLaunch {
  readonly id: string;
  /** Resolves with what happened when the engine is known to be dead; else never. */
  readonly died: Promise<string>;
  log(call: CallOptions): AsyncIterable<string>;
  /** Throws when it could not be killed in time. */
  kill(): Promise<void>;
}

export interface GuardLaunchOptions extends Omit<GuardContext, 'plugin'> {
  readonly request: LaunchRequest;
  readonly context: LaunchContext;
  /** For the launcher to exist. */
  readonly timeoutMs: number;
}

/** Launches by a plugin, whoever wrote it. Throws what it throws, or PluginFault when it takes too long. */
export async function guardLaunch(plugin: EnginePlugin, options: GuardLaunchOptions): Promise<GuardedLaunch> {
  const { request, context, timeoutMs, clock, logger } = options;
  const guard: GuardContext = { plugin: plugin.type, clock, logger };
  const kill = (launched: LaunchedEngine) =>
    guardedCall(guard, { what: 'kill', timeoutMs: KILL_TIMEOUT_MS, run: () => launched.kill() });
  const launched = await guardedCall(guard, {
    what: 'launch',
    timeoutMs,
    // Given up, it is waited for all the same: what it has started meanwhile must be killed.
    run: (signal) => plugin.launch(request, { ...context, signal: eitherOf(signal, context.signal) }),
    onLate: (late) =>
      void kill(late).catch((error: unknown) => logger.warn(`${late.id} could not be killed`, error)),
  });
  return {
    id: String(launched.id),
    died: deathOf(launched, guard),
    log: (call) => linesOf(launched, call),
    kill: () => kill(launched),
  };
}

function eitherOf(signal: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? signal : AbortSignal.any([signal, other]);
}

function deathOf(launched: LaunchedEngine, { plugin, logger }: GuardContext): Promise<string> {
  return new Promise((resolve) => {
    const broken = (error: unknown) =>
      logger.error(`Plugin ${plugin} lost sight of engine ${launched.id}: ${messageOf(error)}`);
    invoke(() => launched.exited)
      .then((exit) => {
        if (exit.meansDeath !== false) resolve(describeExit(exit));
      }, broken)
      .catch(broken);
    if (launched.ended !== undefined)
      invoke(() => launched.ended).then((why) => resolve(String(why)), broken);
  });
}

function describeExit({ code, signal }: EngineExit): string {
  return signal === null || signal === undefined
    ? `it exited with code ${code}`
    : `it was ended by ${signal}`;
}

async function* linesOf(launched: LaunchedEngine, call: CallOptions): AsyncGenerator<string> {
  for await (const line of launched.log(call)) yield String(line);
}
