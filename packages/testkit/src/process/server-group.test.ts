import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RestartableServer } from './restartable-server.ts';
import { startGroup } from './server-group.ts';
import type { ProcessOptions } from './start-process.ts';

class Shell extends RestartableServer {
  readonly #script: string;

  constructor(port: number, script = 'echo ready; sleep 60') {
    super(port);
    this.#script = script;
  }

  protected async command(): Promise<ProcessOptions> {
    return { command: 'sh', args: ['-c', this.#script], ready: /ready/ };
  }
}

describe('a group of servers', () => {
  it('comes back as new processes at the old addresses, and takes its data away when it ends', async () => {
    let data = '';
    const group = await startGroup({
      label: 'group',
      create: async (dir) => {
        data = dir;
        return [new Shell(1), new Shell(2)];
      },
    });
    const pids = () => group.servers.map(({ pid }) => pid);
    const before = pids();
    expect(group.addresses).toBe('127.0.0.1:1,127.0.0.1:2');
    await group.restart();
    for (const pid of pids()) expect(before).not.toContain(pid);
    expect(group.servers.map((server) => server.output())).toEqual(['ready\n', 'ready\n']);
    expect(existsSync(data)).toBe(true);
    await group.stop();
    expect(existsSync(data)).toBe(false);
    for (const pid of pids()) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it('is tried three times, each in a folder of its own, and leaves none behind', async () => {
    const tried = new Set<string>();
    const failing = startGroup({
      label: 'group',
      create: async (dir) => {
        tried.add(dir);
        return [new Shell(1), new Shell(2, 'exit 1')];
      },
    });
    await expect(failing).rejects.toThrow(/ended \(code 1,/);
    expect(tried.size).toBe(3);
    for (const dir of tried) expect(existsSync(dir)).toBe(false);
  });
});
