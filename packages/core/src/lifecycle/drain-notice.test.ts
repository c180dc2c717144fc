import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Records } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { type DrainFacts, DrainNotice } from './drain-notice.ts';
import { type DrainRequest, encodeDrainRecord, parseDrainReport } from './drain-record.ts';

const REPORT = '/kyuubi_drain/gw:10009';
const REQUEST = '/kyuubi_drain_request/gw:10009';

let clock: FakeClock;
let ensemble: MemoryEnsemble;
let records: Records;
let logger: RecordingLogger;
let requests: DrainRequest[];
let facts: DrainFacts;
let notice: DrainNotice;
const nodes = new Set(['/kyuubi/n1', '/kyuubi_http/n2']);

beforeEach(() => {
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  records = ensemble.client().records;
  logger = new RecordingLogger();
  requests = [];
  facts = { why: 'w', since: 1, deadline: 2, canUndo: true, sessions: 1, users: [] };
  notice = new DrainNotice({
    records,
    addresses: [
      { space: '/kyuubi', host: 'gw', port: 10_009 },
      { space: '/kyuubi_http', host: 'gw', port: 10_010 },
    ],
    clock,
    logger,
    onRequest: (request) => requests.push(request),
  });
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

async function after(ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

const shown = () => parseDrainReport(ensemble.values.get(REPORT)?.value ?? Buffer.of());
const ask = (request: Partial<DrainRequest> = {}) =>
  records.put(REQUEST, encodeDrainRecord({ at: 0, action: 'undo', deadlineMs: null, ...request }));

describe('the notice of a drain', () => {
  it('stands at each address at once, and is gone afterwards', async () => {
    notice.show(() => facts, nodes);
    await settled();
    expect(shown()).toEqual({
      host: 'gw',
      port: 10_009,
      state: 'draining',
      ...facts,
      updated: clock.now(),
      everyMs: 5_000,
    });
    expect([...ensemble.values.keys()]).toEqual([REPORT, '/kyuubi_http_drain/gw:10010']);
    await notice.hide();
    await notice.hide();
    expect(ensemble.values.size).toBe(0);
    expect(clock.delays).toEqual([]);
  });

  it('is written with a change, and every few seconds without', async () => {
    const put = vi.spyOn(records, 'put');
    notice.show(() => facts, nodes);
    await settled();
    await after(4_000);
    expect(put).toHaveBeenCalledTimes(2);
    await after(1_000);
    expect(put).toHaveBeenCalledTimes(4);
    facts = { ...facts, sessions: 0 };
    await after(1_000);
    expect(put).toHaveBeenCalledTimes(6);
    expect(shown()?.sessions).toBe(0);
    await notice.hide();
  });

  it('hears a request once, and one that came with the deletion of its node', async () => {
    const request = {
      at: 0,
      action: 'drain',
      deadlineMs: 1,
      nodes: ['/kyuubi/other', '/kyuubi/n1'],
    } as const;
    await ask({ ...request, nodes: [...request.nodes] });
    notice.show(() => facts, nodes);
    await settled();
    expect(requests).toEqual([request]);
    expect(ensemble.values.has(REQUEST)).toBe(false);
    await ask();
    await after(2_000);
    expect(requests.slice(1)).toEqual([{ at: 0, action: 'undo', deadlineMs: null }]);
    await notice.hide();
  });

  it.each([
    ['for a drain under way then', {}],
    ['for an earlier node at its address', { nodes: ['/kyuubi/n0'] }],
  ])('does not hear what was left behind, %s', async (_what, left) => {
    await ask({ action: 'drain', deadlineMs: 1, ...left });
    notice.show(() => facts, nodes);
    await settled();
    expect(requests).toEqual([]);
    expect(ensemble.values.has(REQUEST)).toBe(false);
    expect(logger.has(`Passed over a request at ${REQUEST} that was not for this drain`)).toBe(true);
    await ask();
    await after(1_000);
    expect(requests).toHaveLength(1);
    await notice.hide();
  });

  it('hears who asks as soon as it finds the report, though something was left behind', async () => {
    await ask({ action: 'drain', deadlineMs: 1 });
    const put = records.put.bind(records);
    vi.spyOn(records, 'put').mockImplementation(async (path, value, options) => {
      const version = await put(path, value, options);
      if (path === REPORT) await put(REQUEST, encodeDrainRecord({ at: 0, action: 'undo', deadlineMs: null }));
      return version;
    });
    notice.show(() => facts, nodes);
    await settled();
    expect(requests).toEqual([{ at: 0, action: 'undo', deadlineMs: null }]);
    await notice.hide();
  });

  it('hears none that cannot be read, nor one that comes with its end', async () => {
    await records.put(REQUEST, Buffer.from('?'));
    notice.show(() => facts, nodes);
    await settled();
    expect(logger.has(`Passed over a request at ${REQUEST}`)).toBe(true);
    await ask();
    clock.advance(1_000);
    await notice.hide();
    expect(requests).toEqual([]);
    expect(ensemble.values.size).toBe(0);
  });

  it('sweeps up what an earlier gateway left', async () => {
    await ask();
    await records.put(REPORT, Buffer.from('old'));
    await notice.clear();
    expect(ensemble.values.size).toBe(0);
  });

  it('sweeps up what others left long ago, and no more', async () => {
    const others = ['recent:1', 'old:1'] as const;
    const state = { ...facts, state: 'draining', host: 'x', port: 1, everyMs: 5_000 } as const;
    for (const [index, name] of others.entries()) {
      const updated = clock.now() - 3_600_000 * index - 1;
      await records.put(`/kyuubi_drain/${name}`, encodeDrainRecord({ ...state, updated }));
      const request = { at: updated, action: 'drain', deadlineMs: 1 } as const;
      await records.put(`/kyuubi_drain_request/${name}`, encodeDrainRecord(request));
    }
    await records.put('/kyuubi_drain/strange:1', Buffer.from('?'));
    await notice.clear();
    expect([...ensemble.values.keys()]).toEqual([
      '/kyuubi_drain/recent:1',
      '/kyuubi_drain_request/recent:1',
      '/kyuubi_drain/strange:1',
    ]);
  });

  it('makes the nodes above its records before a client does, and says when it may not', async () => {
    const put = vi.spyOn(records, 'put');
    await notice.clear();
    const parents = put.mock.calls.map(([path]) => path.slice(0, path.lastIndexOf('/')));
    expect(parents).toEqual([
      '/kyuubi_drain',
      '/kyuubi_drain_request',
      '/kyuubi_http_drain',
      '/kyuubi_http_drain_request',
    ]);
    expect(ensemble.values.size).toBe(0);
    put.mockRejectedValueOnce(new Error('no access'));
    await notice.clear();
    expect(logger.has('Cannot write below /kyuubi_drain,')).toBe(true);
    put.mockRestore();
  });

  it('goes on when discovery fails, and ends when it does not answer', async () => {
    const put = vi.spyOn(records, 'put').mockRejectedValueOnce(new Error('down'));
    notice.show(() => facts, nodes);
    await settled();
    put.mockRestore();
    await after(1_000);
    expect(shown()?.sessions).toBe(1);
    vi.spyOn(records, 'delete').mockReturnValue(new Promise(() => {}));
    const hidden = notice.hide();
    clock.advance(3_000);
    await hidden;
    expect(logger.has('Could not take back the report')).toBe(true);
    expect(clock.delays).toEqual([]);
  });

  it('may be shown again', async () => {
    notice.show(() => facts, nodes);
    notice.show(() => facts, nodes);
    await notice.hide();
    expect(clock.delays).toEqual([]);
    notice.show(() => facts, nodes);
    await settled();
    expect(shown()).not.toBeNull();
    await notice.hide();
  });
});
