import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Records, Registry } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { silentLogger } from '../observe/logger.ts';
import { LoadReport } from './load-report.ts';

const PATH = '/kyuubi_load/gw:10009';
const addresses = [
  { space: '/kyuubi', host: 'gw', port: 10_009 },
  { space: '/kyuubi_http', host: 'gw', port: 10_010 },
];

let clock: FakeClock;
let ensemble: MemoryEnsemble;
let records: Records;
let registry: Registry;
let sessions: number;

beforeEach(() => {
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  ({ records, registry } = ensemble.client());
  for (const { space, ...at } of addresses) ensemble.add(space, { ...at, version: '1' }, null);
  sessions = 0;
});

const create = (intervalMs = 5_000) =>
  new LoadReport({
    records,
    registry,
    addresses,
    sessions: () => sessions,
    intervalMs,
    clock,
    logger: silentLogger,
  });

async function after(ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}

const shown = () =>
  (JSON.parse(String(ensemble.values.get(PATH)?.value ?? 'null')) as { sessions: number } | null)?.sessions;

describe('the report of the load', () => {
  it('is there with the gateway, at each of its nodes, and goes with it', async () => {
    const report = create();
    report.open();
    await after(0);
    expect([...ensemble.values.keys()]).toEqual([PATH, '/kyuubi_http_load/gw:10010']);
    expect(shown()).toBe(0);
    await report.close();
    await report.close();
    expect(ensemble.values.size).toBe(0);
    expect(clock.delays).toEqual([]);
    report.open();
    await after(0);
    expect(shown()).toBe(0);
    await report.close();
  });

  it('is written once in an interval, and only when something has changed', async () => {
    const put = vi.spyOn(records, 'put');
    const report = create();
    report.open();
    await after(0);
    await after(55_000);
    expect(put).toHaveBeenCalledTimes(2);
    sessions = 1;
    await after(4_000);
    sessions = 7;
    expect(shown()).toBe(0);
    await after(1_000);
    expect(shown()).toBe(7);
    expect(put).toHaveBeenCalledTimes(4);
    await report.close();
  });

  it('is written again after a minute: it may have been swept up', async () => {
    const report = create();
    report.open();
    await after(0);
    ensemble.values.clear();
    await after(60_000);
    expect(shown()).toBe(0);
    await report.close();
  });

  it('sweeps up those of gateways that are not there any more, and no other', async () => {
    const alive = { host: 'alive', port: 1, version: '1' };
    ensemble.add('/kyuubi', alive, null);
    for (const name of ['alive:1', 'dead:1']) await records.put(`/kyuubi_load/${name}`, Buffer.from('{}'));
    const report = create();
    report.open();
    await after(0);
    expect([...ensemble.values.keys()]).toEqual(['/kyuubi_load/alive:1', PATH, '/kyuubi_http_load/gw:10010']);
    await report.close();
  });

  it('is written again after discovery was down', async () => {
    vi.spyOn(records, 'put').mockRejectedValueOnce(new Error('down'));
    const report = create();
    report.open();
    await after(0);
    await after(5_000);
    expect(shown()).toBe(0);
    await report.close();
  });

  it('leaves that of the next process at its address', async () => {
    const [before, next] = [create(), create()];
    before.open();
    await after(0);
    sessions = 3;
    next.open();
    await after(0);
    await before.close();
    expect(shown()).toBe(3);
    await next.close();
    expect(ensemble.values.size).toBe(0);
  });

  it('is switched off by 0', async () => {
    const report = create(0);
    report.open();
    await after(60_000);
    await report.close();
    expect(ensemble.values.size).toBe(0);
    expect(clock.delays).toEqual([]);
  });
});
