import type { ServiceNode } from '@senbon/core';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession, query } from '../support/hive.ts';
import { Bench, TIMEOUT_MS, type Watched } from './bench.ts';
import { type Ensemble, leaderAmong } from './ensembles.ts';

const PATIENCE_MS = 30_000;
const pathsOf = (nodes: readonly ServiceNode[]) => nodes.map(({ path }) => path).toSorted();
const portsOf = (nodes: readonly { readonly port: number }[]) =>
  nodes.map(({ port }) => String(port)).toSorted();

/** What becomes of gateways, engines and sessions when the ensemble behind them, or the way to it, has a fault. */
export function faultTests(name: string, startEnsemble: () => Promise<Ensemble>): void {
  let bench: Bench;
  /** The engine that was launched while the first one was cut off. */
  let successor: string[];
  beforeAll(async () => {
    bench = await Bench.start(startEnsemble);
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  /** Nothing fails, and nobody is registered anew. */
  async function unnoticed(fault: string, happens: () => Promise<void>): Promise<void> {
    const [servers, engines] = [pathsOf(await bench.servers()), pathsOf(await bench.engineNodes())];
    bench.take();
    await happens();
    await bench.served(PATIENCE_MS);
    const watched = bench.take();
    report(`${name}, ${fault}`, watched);
    for (const { failures } of Object.values(watched)) expect(failures).toEqual([]);
    expect(pathsOf(await bench.servers())).toEqual(servers);
    expect(pathsOf(await bench.engineNodes())).toEqual(engines);
    expect([servers.length, engines.length, bench.home.engines().length]).toEqual([3, 1, 1]);
  }

  describe(name, () => {
    test('the leader is killed, and started again', async () => {
      const leader = await leaderAmong(bench.ensemble);
      const others = bench.ensemble.members.filter((member) => member !== leader);
      try {
        await unnoticed('leader killed', async () => {
          await leader.kill();
          await leaderAmong(bench.ensemble, others);
        });
      } finally {
        await leader.start();
      }
      await unnoticed('killed leader back', () => bench.served(PATIENCE_MS));
    });

    test('each member in turn hangs', { timeout: 2 * PATIENCE_MS }, async () => {
      for (const [index, member] of bench.ensemble.members.entries()) {
        const role = (await bench.ensemble.isLeader(member)) ? 'leader' : 'follower';
        try {
          await unnoticed(`${role} ${index + 1} stalled`, async () => {
            await member.stall();
            await bench.served(PATIENCE_MS);
          });
        } finally {
          member.resume();
        }
        await unnoticed(`${role} ${index + 1} resumed`, () => bench.served(PATIENCE_MS));
      }
    });

    test('all are killed and started again', () =>
      unnoticed('all restarted', () => bench.ensemble.restart()));

    test('gateways and an engine are cut off for less than the session time-out', () =>
      unnoticed('cut off for a third of the session time-out', async () => {
        bench.cut();
        await delay(TIMEOUT_MS / 3);
        bench.mend();
      }));

    test('for longer: sessions are served on, the nodes go, and the other gateway has an engine launched', async () => {
      bench.take();
      const beganMs = performance.now();
      bench.cut();
      await expect
        .poll(async () => portsOf(await bench.servers()), { timeout: PATIENCE_MS })
        .toEqual(portsOf([bench.near.binary]));
      report(`${name}, nodes gone after`, Math.round(performance.now() - beganMs));
      await bench.draining.waitForLine(/running -> draining \(service discovery is lost\)/, PATIENCE_MS);
      await bench.waiting.waitForLine(
        new RegExp(`Service discovery has been away for ${TIMEOUT_MS / 1_000} seconds`),
        PATIENCE_MS,
      );
      await expect.poll(async () => (await bench.engineNodes()).length, { timeout: PATIENCE_MS }).toBe(1);
      successor = pathsOf(await bench.engineNodes());
      const { kept, far, near } = bench.take();
      report(`${name}, cut off for longer`, { kept, far, near });
      expect(kept.failures).toEqual([]);
      expect(near.failures).toEqual([]);
      expect(far.failures.filter((text) => !/service discovery|DISCOVERY_/i.test(text))).toEqual([]);
      expect(bench.home.engines()).toHaveLength(2);
    });

    test('back again: one registers, the other ends with its last session; one engine is found by all', async () => {
      const beganMs = performance.now();
      bench.mend();
      await expect
        .poll(async () => portsOf(await bench.servers()), { timeout: PATIENCE_MS })
        .toEqual(portsOf([bench.waiting.binary, bench.near.binary]));
      report(`${name}, registered again after`, Math.round(performance.now() - beganMs));
      const { draining } = bench;
      await expect(openSession(draining.binary, 'bob')).rejects.toThrow('is being drained');
      await bench.served(PATIENCE_MS);
      await expect
        .poll(async () => pathsOf(await bench.engineNodes()), { timeout: PATIENCE_MS })
        .toEqual(successor);
      expect(bench.take().kept.failures).toEqual([]);
      await bench.closeKept(draining);
      await draining.ended();
    });

    test('nothing is left of it: no stale node, no second engine, no lock', async () => {
      bench.take();
      for (const gateway of [bench.waiting, bench.near]) await bench.closeKept(gateway);
      // The first engine goes with its last session.
      await expect.poll(() => bench.home.engines().length, { timeout: PATIENCE_MS }).toBe(1);
      expect(pathsOf(await bench.engineNodes())).toEqual(successor);
      const both = [bench.waiting, bench.near].map(({ binary }) => openSession(binary, 'bob'));
      const clients = await Promise.all(both);
      for (const { session } of clients) expect(await query(session, 'SELECT 1')).toEqual([[1]]);
      expect(bench.home.engines()).toHaveLength(2);
      await Promise.all(clients.map((client) => client.close()));
      await bench.served(PATIENCE_MS);
      for (const { failures } of Object.values(bench.take())) expect(failures).toEqual([]);
    });
  });
}

function report(what: string, watched: Watched | number): void {
  if (typeof watched === 'number') return console.log(`${what} ${watched} ms`);
  const parts = Object.entries(watched).map(
    ([who, { rounds, longestMs, failures }]) =>
      `${who}: ${rounds} rounds, longest ${longestMs} ms, ${failures.length} failed`,
  );
  console.log(`${what}: ${parts.join('; ')}`);
}
