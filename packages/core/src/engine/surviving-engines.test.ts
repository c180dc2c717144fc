import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { encodeEngineCard } from './engine-card.ts';
import { SurvivingEngines } from './surviving-engines.ts';

const SPACE = '/kyuubi_v_USER_FAKE/alice/default';
const never = new AbortController().signal;

let root: string;
let clock: FakeClock;
let ensemble: MemoryEnsemble;
let engine: Server;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'senbon-cards-'));
  await mkdir(join(root, 'alice'));
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  engine = createServer();
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
});
afterEach(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function card(text: string, name = 'ref-1'): Promise<string> {
  const path = join(root, 'alice', `${name}.engine`);
  await writeFile(path, text);
  return path;
}

function survivors(): SurvivingEngines {
  const { registry } = ensemble.client();
  return new SurvivingEngines({ registry, workDirRoot: root, clock, logger: new RecordingLogger() });
}

it('waits for one that lives, until it has registered', async () => {
  await card(encodeEngineCard({ space: SPACE, host: '127.0.0.1', port: portOf(engine) }));
  const engines = survivors();
  let isThere = false;
  const waited = engines.appear(SPACE, never).then(() => {
    isThere = true;
  });
  await clock.untilTimer(10_000);
  expect(isThere).toBe(false);
  ensemble.add(SPACE, { host: '127.0.0.1', port: 1, version: 'v', refId: 'ref-1' }, null);
  await waited;
  expect(clock.delays).toEqual([]);
  // Once is enough.
  await engines.appear(SPACE, never);
});

it('waits for ten seconds from the start at most', async () => {
  await card(encodeEngineCard({ space: SPACE, host: '127.0.0.1', port: portOf(engine) }));
  const engines = survivors();
  const waited = engines.appear(SPACE, never);
  await clock.untilTimer(10_000);
  clock.advance(10_000);
  await waited;
  await engines.appear(SPACE, never);
});

it('waits no longer than somebody wants it', async () => {
  await card(encodeEngineCard({ space: SPACE, host: '127.0.0.1', port: portOf(engine) }));
  const leaving = new AbortController();
  const waited = survivors().appear(SPACE, leaving.signal);
  await clock.untilTimer(10_000);
  leaving.abort();
  await waited;
  expect(clock.delays).toEqual([]);
});

it('expects none in another space', async () => {
  await card(encodeEngineCard({ space: SPACE, host: '127.0.0.1', port: portOf(engine) }));
  await survivors().appear('/kyuubi_v_USER_FAKE/bob/default', never);
  expect(clock.delays).toEqual([]);
});

it.each([
  ['of an engine that is gone', () => encodeEngineCard({ space: SPACE, host: '127.0.0.1', port: 1 })],
  ['that is no card', () => '{"space":'],
])('throws a card away %s', async (_, text) => {
  const path = await card(text());
  await survivors().appear(SPACE, never);
  expect(existsSync(path)).toBe(false);
});

it('needs no work directory', async () => {
  await rm(join(root, 'alice'), { recursive: true });
  await survivors().appear(SPACE, never);
});
