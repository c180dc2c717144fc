import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { jarsOf } from '../support/jars.ts';

/** A Java process with Curator 5.7.1 that obeys (see `java/CuratorPeer.java`). */
export interface CuratorPeer extends AsyncDisposable {
  /** Sends a command and resolves with its answer. One at a time. */
  ask(command: string): Promise<string>;
}

export async function startCuratorPeer(addresses: string): Promise<CuratorPeer> {
  const source = join(import.meta.dirname, 'java/CuratorPeer.java');
  const { classpath } = await jarsOf('zookeeper-client');
  const child = spawn('java', ['-cp', classpath, source, addresses], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the Curator peer has ended');
    return value as string;
  };
  await answer();
  return {
    ask: (command) => {
      child.stdin.write(`${command}\n`);
      return answer();
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
