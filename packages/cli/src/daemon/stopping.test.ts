import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { sendSignal, type Stopping, untilStopped } from './stopping.ts';

/** A process that at each look answers or not, and has gone when there are no more looks, or when it is killed. */
function processThat(looks: readonly boolean[], facts = true) {
  const rest = [...looks];
  const said: string[] = [];
  const stopping: Stopping = {
    isGoneWithin: async () => said.includes('killed') || rest.length === 0,
    answers: async () => rest.shift() ?? false,
    tell: async () => {
      if (facts) said.push('told');
      return facts;
    },
    tellWithoutFacts: () => void said.push('told without facts'),
    kill: () => void said.push('killed'),
  };
  return { stopping, said };
}

it.each([
  ['has gone at once', [], []],
  ['answers for long', Array<boolean>(20).fill(true), ['told']],
  ['is silent for a while, again and again', [false, false, true, false, false, true], ['told']],
  ['is silent three times', [false, false, false, true], ['told', 'killed']],
  ['falls silent', [true, false, true, false, false, false, true], ['told', 'killed']],
])('a process that %s', async (_what, looks, said) => {
  const process = processThat(looks);
  await untilStopped(process.stopping);
  expect(process.said).toEqual(said);
});

it('tells once of a process that has no facts', async () => {
  const process = processThat([false, true, true], false);
  await untilStopped(process.stopping);
  expect(process.said).toEqual(['told without facts']);
});

it('sends no signal to who has gone, and does not fail', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  expect(() => sendSignal(child.pid ?? 0, 'SIGTERM')).not.toThrow();
  expect(() => sendSignal(process.pid, 'SIGNOTHING' as NodeJS.Signals)).toThrow(/SIGNOTHING/);
});
