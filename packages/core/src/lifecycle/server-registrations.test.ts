import { describe, expect, it, vi } from 'vitest';
import { type Connection, ConnectionState } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { type DrainRequest, encodeDrainRecord } from './drain-record.ts';
import { wasDeletedUnseen } from './missed-deletion.ts';
import { ServerRegistrations } from './server-registrations.ts';

function create(discovery = 'zookeeper') {
  const ensemble = new MemoryEnsemble(new FakeClock());
  const logger = new RecordingLogger();
  const onDeleted = vi.fn<() => void>();
  const listeners = new Set<(state: ConnectionState) => void>();
  const connection: Connection = {
    state: ConnectionState.connected,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const client = ensemble.client();
  const addresses = [{ space: '/kyuubi', host: 'gw', port: 10_009 }];
  const load = { open: vi.fn<() => void>(), close: vi.fn<() => Promise<void>>() };
  const node = (port: number) => ({ host: 'gw', port, version: '1' });
  const registrations = new ServerRegistrations({
    registry: client.registry,
    connection,
    wasDeletedUnseen: (paths) => wasDeletedUnseen(client.records, addresses, paths),
    servers: [
      { space: '/kyuubi', node: node(10_009) },
      { space: '/kyuubi_http', node: node(10_010) },
    ],
    discovery,
    beside: [load],
    logger,
    onDeleted,
  });
  const tell = (...states: ConnectionState[]) => {
    for (const state of states) for (const listener of listeners) listener(state);
  };
  const ask = (request: Partial<DrainRequest>) =>
    client.records.put(
      '/kyuubi_drain_request/gw:10009',
      encodeDrainRecord({ at: 0, action: 'drain', deadlineMs: null, ...request }),
    );
  return { ensemble, client, logger, load, onDeleted, registrations, tell, ask, listeners };
}

it.each([
  ['zookeeper', 'ZooKeeper'],
  ['etcd', 'ETCD'],
  ['other', 'other'],
])('says in Kyuubi’s words where it registers with %s, and that it is no more there', async (name, title) => {
  const { ensemble, logger, onDeleted, registrations } = create(name);
  await registrations.open();
  const [node] = ensemble.nodes('/kyuubi');
  expect(logger.has(`Created a ${node?.path} on ${title} for KyuubiServer uri: gw:10009`)).toBe(true);
  expect(logger.has('Registered KyuubiServiceDiscovery in namespace kyuubi_http.')).toBe(true);
  ensemble.remove(node?.path ?? '');
  await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce());
  expect(
    logger.has(`This Kyuubi instance gw:10009 is now de-registered from ${title}. The server will`),
  ).toBe(true);
});

it('is opened and closed in turn, and what it closes itself is no deletion', async () => {
  const { ensemble, load, onDeleted, registrations } = create();
  await Promise.all([registrations.open(), registrations.close(), registrations.open()]);
  expect(load.open).toHaveBeenCalledTimes(2);
  expect(load.close).toHaveBeenCalledOnce();
  expect(ensemble.entries.size).toBe(2);
  await registrations.close();
  expect(ensemble.entries.size).toBe(0);
  expect(onDeleted).not.toHaveBeenCalled();
});

it('registers everything or nothing', async () => {
  const { ensemble, registrations } = create();
  const add = ensemble.add.bind(ensemble);
  vi.spyOn(ensemble, 'add')
    .mockImplementationOnce(add)
    .mockImplementationOnce(() => {
      throw new Error('full');
    });
  await expect(registrations.open()).rejects.toThrow('full');
  expect(ensemble.entries.size).toBe(0);
});

describe('a gateway whose session was lost', () => {
  async function lostAndBack(requestOf: (path: string) => Partial<DrainRequest> | null) {
    const all = create();
    await all.registrations.open();
    const request = requestOf(all.ensemble.nodes('/kyuubi')[0]?.path ?? '');
    if (request !== null) await all.ask(request);
    all.tell(ConnectionState.suspended, ConnectionState.lost, ConnectionState.connected);
    await new Promise(setImmediate);
    return all;
  }

  it('is deleted when somebody says that he deleted its node of that session', async () => {
    const { onDeleted, logger } = await lostAndBack((path) => ({ nodes: [path] }));
    expect(onDeleted).toHaveBeenCalledOnce();
    expect(logger.has('This Kyuubi instance gw:10009 is now de-registered from ZooKeeper.')).toBe(true);
  });

  it.each<[string, (path: string) => Partial<DrainRequest> | null]>([
    ['nobody has asked', () => null],
    ['the request is of another node', () => ({ nodes: ['/kyuubi/serverUri=gw:10009;sequence=7'] })],
    ['the request names none', () => ({})],
    ['it is to undo a drain', (path) => ({ action: 'undo', nodes: [path] })],
  ])('serves on when %s', async (_, requestOf) => {
    const { onDeleted } = await lostAndBack(requestOf);
    expect(onDeleted).not.toHaveBeenCalled();
  });

  it('asks again at the next connection when discovery did not answer, and not after the end', async () => {
    const all = create();
    const { client, registrations, tell, ask, onDeleted, logger, ensemble, listeners } = all;
    await registrations.open();
    await ask({ nodes: [ensemble.nodes('/kyuubi')[0]?.path ?? ''] });
    vi.spyOn(client.records, 'get').mockRejectedValueOnce(new Error('no answer'));
    tell(ConnectionState.lost, ConnectionState.connected);
    await vi.waitFor(() => expect(logger.has('during the outage: no answer')).toBe(true));
    expect(onDeleted).not.toHaveBeenCalled();
    tell(ConnectionState.suspended, ConnectionState.connected);
    await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce());
    await registrations.close();
    expect(listeners.size).toBe(0);
  });
});
