import {
  collectGarbage,
  LineBuffer,
  LineLogger,
  type Logger,
  messageOf,
  SenbonError,
  systemClock,
} from '@senbon/core';
import { parseEngineSpec } from './launch/engine-spec.ts';
import { relieveEngine } from './memory-relief.ts';
import { type CreateExecutor, type RunningEngine, runEngine } from './run-engine.ts';

/** A launcher that does not hand over the spec by then is not one. */
const SPEC_TIMEOUT_MS = 30_000;
/** An engine spec is a few confs; whoever sends more is not a launcher. */
const MAX_SPEC_BYTES = 8 * 1024 * 1024;
/** After a fault, discovery gets this long to take the node away. */
const FAULT_TIMEOUT_MS = 2_000;

/**
 * The main program of an engine process: reads the spec from standard input, serves until the engine ends by itself or
 * is told to by SIGTERM, and exits: 0 after a clean stop, 1 after a failed start or a fault.
 */
export async function engineMain(createExecutor: CreateExecutor): Promise<void> {
  // A full disk ends the log, not the engine.
  process.stderr.on('error', () => {});
  const lines = new LineBuffer((text) => process.stderr.write(text));
  process.once('exit', () => lines.flush());
  const logger = new LineLogger({ write: (line) => lines.write(line) });
  try {
    const spec = parseEngineSpec(await readSpec());
    const engine = await runEngine({ createExecutor, spec, logger });
    handleSignals(engine, logger);
    handleFaults(engine, logger);
    relieveEngine({
      endedSessions: () => engine.endedSessions,
      residentBytes: () => process.memoryUsage.rss(),
      collect: collectGarbage,
      clock: systemClock,
    });
    await engine.stopped;
    process.exit();
  } catch (error) {
    // These lines are what the person sees who opened the session: a stack only where nothing else explains it.
    const isExplained = error instanceof SenbonError && error.code !== 'INTERNAL';
    const text = `The engine could not start: ${messageOf(error)}`;
    if (isExplained) logger.error(text);
    else logger.error(text, error);
    process.exit(1);
  }
}

async function readSpec(): Promise<string> {
  const timer = setTimeout(
    () => process.stdin.destroy(new Error(`no spec within ${SPEC_TIMEOUT_MS} ms`)),
    SPEC_TIMEOUT_MS,
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_SPEC_BYTES) throw new Error(`a spec of more than ${MAX_SPEC_BYTES} bytes`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function handleSignals(engine: RunningEngine, logger: Logger): void {
  const onSignal = (signal: NodeJS.Signals) => {
    logger.info(`Received ${signal}`);
    engine.shutDown(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

/** A fault leaves an unknown state behind: the node goes, then the process. */
function handleFaults(engine: RunningEngine, logger: Logger): void {
  const onFault = (error: unknown) => {
    logger.error('The engine has a fault and ends', error);
    process.exitCode = 1;
    setTimeout(() => process.exit(), FAULT_TIMEOUT_MS);
    void engine.close();
  };
  process.on('uncaughtException', onFault).on('unhandledRejection', onFault);
}
