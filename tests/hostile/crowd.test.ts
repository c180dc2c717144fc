import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { Crowd } from './support/crowd.ts';
import { LOGIN_TIMEOUT_MS, Target } from './support/target.ts';
import { vitalsOf } from './support/vitals.ts';

const CROWD = 10_000;
/** Measured 6 KiB on either port. */
const MAX_KIB_EACH = 20;
const AFTERWARDS_MIB = 300;
/** Too few for the crowd, and enough to start. */
const MAX_FILES = 200;
const WATCHED_MS = 3_000;

let target: Target;

afterEach(async () => {
  await target.close();
});

describe('ten thousand connections that say nothing', () => {
  test.each(['binary', 'http'] as const)('on the %s port', async (port) => {
    target = await Target.start({ 'kyuubi.frontend.login.timeout': 'PT30S' });
    const { pid, [port]: address } = target.gateway;
    const before = vitalsOf(pid);
    const crowd = await Crowd.gather(address, CROWD);
    expect([crowd.present, crowd.refused]).toEqual([CROWD, 0]);
    // Clean clients come and go all the same.
    const tookMs = await target.askAll();
    const during = vitalsOf(pid);
    const kibEach = ((during.rssMiB - before.rssMiB) * 1_024) / CROWD;
    console.log(
      `${CROWD} silent on the ${port} port: ${kibEach.toFixed(1)} KiB each, a clean client ${tookMs | 0} ms`,
    );
    expect(kibEach).toBeLessThan(MAX_KIB_EACH);
    expect(tookMs).toBeLessThan(5_000);
    await crowd.disperse();
    await target.expectUnharmed(AFTERWARDS_MIB);
  });
});

/** These drop the oldest that do not say who they are, or take no more of one host: nobody else is kept out. */
describe('a crowd that says nothing', () => {
  test('on the engine port', async () => {
    target = await Target.start({ 'kyuubi.session.engine.login.timeout': 'PT30S' });
    const crowd = await Crowd.gather(target.engine, CROWD);
    expect(crowd.present).toBeLessThan(CROWD);
    expect(await target.askAll()).toBeLessThan(5_000);
    await crowd.disperse();
    await target.expectUnharmed(AFTERWARDS_MIB);
  });

  test('on the ZooKeeper port', async () => {
    target = await Target.start({ 'kyuubi.zookeeper.embedded.handshake.timeout': 'PT30S' });
    const crowd = await Crowd.gather(target.zooKeeper, CROWD);
    expect(await engineNodes(target.zooKeeper)).toHaveLength(1);
    expect(await target.askAll()).toBeLessThan(5_000);
    await crowd.disperse();
    await target.expectUnharmed(AFTERWARDS_MIB);
  });
});

describe('more connections than there are file handles', () => {
  test.each(['binary', 'http'] as const)('on the %s port', async (port) => {
    target = await Target.start({ 'kyuubi.frontend.login.timeout': 'PT20S' }, MAX_FILES);
    const { pid, [port]: address } = target.gateway;
    const crowd = await Crowd.gather(address, 2 * MAX_FILES);
    const before = vitalsOf(pid);
    await delay(WATCHED_MS);
    // It neither dies nor spins.
    expect(vitalsOf(pid).cpuMs - before.cpuMs).toBeLessThan(WATCHED_MS / 2);
    await crowd.disperse();
    await delay(LOGIN_TIMEOUT_MS);
    await target.expectUnharmed(AFTERWARDS_MIB);
  });
});
