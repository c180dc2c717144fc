import { expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { ServerRegistrations } from './server-registrations.ts';

function create(discovery = 'zookeeper') {
  const ensemble = new MemoryEnsemble(new FakeClock());
  const logger = new RecordingLogger();
  const onDeleted = vi.fn<() => void>();
  const load = { open: vi.fn<() => void>(), close: vi.fn<() => Promise<void>>() };
  const node = (port: number) => ({ host: 'gw', port, version: '1' });
  const registrations = new ServerRegistrations({
    registry: ensemble.client().registry,
    servers: [
      { space: '/kyuubi', node: node(10_009) },
      { space: '/kyuubi_http', node: node(10_010) },
    ],
    discovery,
    load,
    logger,
    onDeleted,
  });
  return { ensemble, logger, load, onDeleted, registrations };
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
