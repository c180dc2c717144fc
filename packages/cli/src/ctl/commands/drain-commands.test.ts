import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Clock,
  type DrainReport,
  drainReportPath,
  drainRequestPath,
  encodeDrainRecord,
} from '@senbon/core';
import { MemoryEnsemble } from '../../../../core/src/testing/memory-discovery.ts';
import type { CtlRequest } from '../request.ts';
import type { CommandContext } from './context.ts';
import { deleteNodes } from './delete-nodes.ts';
import { DrainEnd } from './drain-watch.ts';
import { undrainServer } from './undrain-server.ts';

const at = { host: 'gw', port: 10_009 };
const address = { space: '/kyuubi', ...at };
const REPORT = drainReportPath(address);
const REQUEST = drainRequestPath(address);
const NODE = '/kyuubi/serverUri=gw:10009;version=1;sequence=0000000000';
const report: DrainReport = {
  ...at,
  state: 'draining',
  why: 'w',
  since: 0,
  deadline: 0,
  updated: 0,
  everyMs: 5_000,
  canUndo: true,
  sessions: 2,
  users: [{ user: 'ann', sessions: 2 }],
};

let nowMs: number;
/** What the gateway does while the command waits, by the milliseconds since its start. */
let gateway: (ms: number) => void;
let ensemble: MemoryEnsemble;
let said: string[];

/** Time that passes only where somebody waits. */
const clock: Clock = {
  now: () => nowMs,
  after(ms, fn) {
    setImmediate(() => {
      nowMs += ms;
      gateway(nowMs);
      fn();
    });
    return { cancel() {} };
  },
  every: () => ({ cancel() {} }),
};

beforeEach(() => {
  nowMs = 0;
  gateway = () => {};
  ensemble = new MemoryEnsemble(clock);
  said = [];
});

function context(request: Partial<CtlRequest> = {}): CommandContext {
  const base = {
    action: 'delete',
    resource: 'server',
    addresses: 'zk',
    space: '/kyuubi',
    ownSpace: '/kyuubi',
    at,
  };
  return {
    request: { ...base, isJson: false, isWaiting: true, deadlineMs: null, ...request } as CtlRequest,
    discovery: ensemble.client(),
    store: 'zookeeper',
    withOwn: () => Promise.reject(new Error('not asked for')),
    say: (line) => said.push(line),
    clock,
  };
}

const register = () => ensemble.add('/kyuubi', { ...at, version: '1' }, null);
const put = (path: string, value: Uint8Array) =>
  ensemble.values.set(path, { path, value, version: (ensemble.values.get(path)?.version ?? -1) + 1 });
const show = (change: Partial<DrainReport> = {}) => put(REPORT, encodeDrainRecord({ ...report, ...change }));
const asked = () => JSON.parse(String(ensemble.values.get(REQUEST)?.value ?? 'null')) as unknown;
const endAt = (endMs: number) => (ms: number) => {
  ensemble.values.delete(REQUEST);
  if (ms < endMs) show({ updated: ms });
  else ensemble.values.delete(REPORT);
};

describe('delete server --wait', () => {
  it('asks before the node goes, shows the progress, and ends with the gateway', async () => {
    register();
    const remove = ensemble.remove.bind(ensemble);
    ensemble.remove = (...args) => {
      expect(asked()).toEqual({ at: 0, action: 'drain', deadlineMs: 600_000, nodes: [NODE] });
      return remove(...args);
    };
    gateway = endAt(100_000);
    const { nodes, exitCode } = await deleteNodes(context({ deadlineMs: 600_000 }));
    expect(nodes).toHaveLength(1);
    expect(exitCode).toBe(DrainEnd.gone);
    expect(nowMs).toBe(100_000);
    expect(said).toEqual([
      expect.stringMatching(/^Deleting zookeeper service node:\/kyuubi\/serverUri=gw:10009/),
      'gw:10009 drains, 2 session(s) are open: ann 2',
      'gw:10009 has gone',
    ]);
    expect(ensemble.values.size).toBe(0);
  });

  it('takes a request that was heard for the gateway’s, even when no report was seen', async () => {
    register();
    gateway = () => void ensemble.values.delete(REQUEST);
    expect((await deleteNodes(context())).exitCode).toBe(DrainEnd.gone);
  });

  it('goes on where an earlier one broke off', async () => {
    show();
    let first: unknown = null;
    gateway = (ms) => {
      first ??= asked();
      endAt(1_000)(ms);
    };
    expect(await deleteNodes(context())).toMatchObject({ nodes: [], exitCode: DrainEnd.gone });
    // For the drain under way, whatever node it had.
    expect(first).toEqual({ at: 0, action: 'drain', deadlineMs: null });
    // It had gone before it heard of us.
    show();
    gateway = () => void ensemble.values.delete(REPORT);
    expect(await deleteNodes(context())).toMatchObject({ nodes: [], exitCode: DrainEnd.gone });
    expect(asked()).toBeNull();
  });

  it('tells a deadline that has passed', async () => {
    register();
    gateway = endAt(Number.POSITIVE_INFINITY);
    expect((await deleteNodes(context({ deadlineMs: 10_000 }))).exitCode).toBe(DrainEnd.late);
    expect(nowMs).toBe(40_000);
    expect(said.at(-1)).toContain('is still draining after its deadline');
  });

  it('tells a gateway that never answers, and leaves it word in case it is cut off', async () => {
    const { path } = register();
    expect((await deleteNodes(context())).exitCode).toBe(DrainEnd.silent);
    expect(nowMs).toBe(15_000);
    expect(asked()).toMatchObject({ action: 'drain', nodes: [path] });
  });

  it('leaves no word to one whose node was gone already', async () => {
    show();
    expect((await deleteNodes(context())).exitCode).toBe(DrainEnd.silent);
    expect(asked()).toBeNull();
  });

  it('tells a gateway that falls silent', async () => {
    register();
    gateway = (ms) => {
      if (ms <= 20_000) endAt(Number.POSITIVE_INFINITY)(ms);
    };
    expect((await deleteNodes(context())).exitCode).toBe(DrainEnd.silent);
    expect(nowMs).toBe(35_000);
  });

  it('tells that somebody undid it', async () => {
    register();
    gateway = (ms) => {
      if (ms === 5_000) register();
      endAt(5_000)(ms);
    };
    expect((await deleteNodes(context())).exitCode).toBe(DrainEnd.undone);
  });

  it('takes the request back when it may not delete the node', async () => {
    register();
    ensemble.remove = () => {
      throw new Error('no access');
    };
    await expect(deleteNodes(context({ deadlineMs: 1_000 }))).rejects.toThrow('no access');
    expect(ensemble.values.size).toBe(0);
  });

  it('has nothing to wait for where nobody is', async () => {
    const nothing = { space: '/kyuubi', nodes: [] };
    expect(await deleteNodes(context())).toEqual({ ...nothing, exitCode: DrainEnd.absent });
    expect(await deleteNodes(context({ isWaiting: false, deadlineMs: 1_000 }))).toEqual(nothing);
    expect(said.slice(1)).toEqual([said[0]]);
    expect(said.slice(0, 1)).toEqual(['No server gw:10009 is registered in /kyuubi or draining']);
  });
});

it('delete server asks for a deadline without waiting, or for nothing', async () => {
  register();
  await deleteNodes(context({ isWaiting: false, deadlineMs: 1_000 }));
  expect(asked()).toEqual({ at: 0, action: 'drain', deadlineMs: 1_000, nodes: [NODE] });
  ensemble.values.clear();
  register();
  await deleteNodes(context({ isWaiting: false }));
  expect(ensemble.values.size).toBe(0);
  expect(ensemble.nodes('/kyuubi')).toEqual([]);
});

describe('undrain server', () => {
  it('waits until the gateway is registered', async () => {
    show();
    gateway = (ms) => {
      if (ms === 1_000) ensemble.values.delete(REQUEST);
      if (ms === 1_500) register();
      if (ms === 2_000) ensemble.values.delete(REPORT);
      if (ms < 1_000) expect(asked()).toEqual({ at: 0, action: 'undo', deadlineMs: null });
    };
    expect((await undrainServer(context())).nodes).toMatchObject([at]);
    expect(nowMs).toBe(2_000);
  });

  it('fails where nothing drains, or nothing can be undone', async () => {
    await expect(undrainServer(context())).rejects.toThrow('No server gw:10009 of /kyuubi is draining');
    show({ canUndo: false });
    await expect(undrainServer(context())).rejects.toThrow('a signal told the process to end');
    expect(asked()).toBeNull();
  });

  it.each([
    ['has stopped before it heard of it', () => void ensemble.values.delete(REPORT)],
    ['is still draining; its log says why', endAt(Number.POSITIVE_INFINITY)],
    ['says nothing', () => {}],
  ])('fails when the gateway %s', async (message, behaviour) => {
    show();
    gateway = behaviour;
    await expect(undrainServer(context())).rejects.toThrow(message);
    expect(asked()).toBeNull();
  });
});
