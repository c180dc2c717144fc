/** A gateway that has not ended by then waits for something, and who stops it is told. */
const TELL_AFTER_MS = 1_000;
/** Between two looks at a gateway that is to end. */
const LOOK_MS = 10_000;
/**
 * A pause of the machine or of a debugger makes a healthy gateway silent for a while, and one that has closed its door may
 * still be saying goodbye to its engines.
 */
const MAX_SILENT_LOOKS = 3;

/** A process that was told to end. */
export interface Stopping {
  isGoneWithin(timeoutMs: number): Promise<boolean>;
  /** Whether it answers anybody. */
  answers(): Promise<boolean>;
  /** Says what it waits for; false when there was nothing to tell. */
  tell(): Promise<boolean>;
  /** Says that it waits for something unknown. */
  tellWithoutFacts(): void;
  kill(): void;
}

/** Resolves when it has ended. Who answers is waited for; who is silent at several looks in a row is killed. */
export async function untilStopped(process: Stopping): Promise<void> {
  let silentLooks = 0;
  let hasTold = !(await process.isGoneWithin(TELL_AFTER_MS)) && (await process.tell());
  while (!(await process.isGoneWithin(LOOK_MS))) {
    if (await process.answers()) {
      silentLooks = 0;
      if (!hasTold && !(await process.tell())) process.tellWithoutFacts();
      hasTold = true;
      continue;
    }
    silentLooks += 1;
    if (silentLooks < MAX_SILENT_LOOKS) continue;
    process.kill();
    await process.isGoneWithin(LOOK_MS);
    return;
  }
}

/** A process that has ended meanwhile needs no signal. Throws when this one may not send it. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
