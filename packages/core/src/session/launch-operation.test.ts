import { TOperationState } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import { silentLogger } from '../observe/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LaunchOperation } from './launch-operation.ts';

const engine = { id: 'app-1', name: 'the engine', url: 'h:4040', refId: 'ref-1' };

function launchOf(clock = new FakeClock()): LaunchOperation {
  return new LaunchOperation(clock, silentLogger);
}

describe('states', () => {
  it('go from pending over running to finished', () => {
    const clock = new FakeClock();
    const launch = launchOf(clock);
    expect(launch.wireState).toBe(TOperationState.PENDING);
    launch.start();
    expect(launch.wireState).toBe(TOperationState.RUNNING);
    expect(launch.completedAtMs).toBe(0);
    clock.advance(5_000);
    launch.finish(engine);
    expect(launch.wireState).toBe(TOperationState.FINISHED);
    expect(launch.completedAtMs - launch.startedAtMs).toBe(5_000);
  });

  it('keep the first end', () => {
    const launch = launchOf();
    launch.start();
    launch.fail(new SenbonError('ENGINE_LAUNCH_FAILED', { type: 'X', problem: 'p', log: '' }));
    launch.cancel();
    launch.finish(engine);
    expect(launch.wireState).toBe(TOperationState.ERROR);
    expect(launch.error?.code).toBe('ENGINE_LAUNCH_FAILED');
  });

  it('can be canceled before it began', () => {
    const launch = launchOf();
    launch.cancel();
    launch.start();
    expect(launch.wireState).toBe(TOperationState.CANCELED);
    expect(launch.error?.code).toBe('OPERATION_CANCELED');
  });
});

describe('waiting', () => {
  it('ends with the launch', async () => {
    const launch = launchOf();
    launch.start();
    const waited = launch.waitForEnd(60_000);
    launch.finish(engine);
    await waited;
    await launch.waitForEnd(60_000);
  });

  it('ends with its time-out, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const launch = launchOf(clock);
    launch.start();
    const waited = launch.waitForEnd(1_000);
    clock.advance(1_000);
    await waited;
    expect(launch.state).toBe('running');
    const second = launch.waitForEnd(1_000);
    launch.finish(engine);
    await second;
    expect(clock.delays).toEqual([]);
  });
});

describe('its rows', () => {
  const all = [
    ['id', 'app-1'],
    ['name', 'the engine'],
    ['state', 'RUNNING'],
    ['url', 'h:4040'],
    ['error', ''],
    ['refId', 'ref-1'],
  ];

  it('describe the engine, in the order that drivers expect', () => {
    const launch = launchOf();
    launch.start();
    launch.finish(engine);
    expect(launch.readRows(100, false)).toEqual({ startRow: 0, rows: all });
  });

  it('are read in parts without gap, and again from the start', () => {
    const launch = launchOf();
    launch.start();
    launch.finish(engine);
    expect(launch.readRows(4, false)).toEqual({ startRow: 0, rows: all.slice(0, 4) });
    expect(launch.readRows(4, false)).toEqual({ startRow: 4, rows: all.slice(4) });
    expect(launch.readRows(4, false)).toEqual({ startRow: 6, rows: [] });
    expect(launch.readRows(1, true)).toEqual({ startRow: 0, rows: all.slice(0, 1) });
    expect(launch.readRows(1, false)).toEqual({ startRow: 1, rows: all.slice(1, 2) });
  });

  it.each([0, -1])('are none for %d', (maxRows) => {
    const launch = launchOf();
    expect(launch.readRows(maxRows, false)).toEqual({ startRow: 0, rows: [] });
    expect(launch.readRows(10, false).rows).toHaveLength(6);
  });

  it('carry the error of a failed launch', () => {
    const launch = launchOf();
    launch.start();
    launch.fail(new SenbonError('ENGINE_UNREACHABLE', { engine: 'e', problem: 'p' }));
    const rows = new Map(launch.readRows(10, false).rows);
    expect(rows.get('error')).toBe('Engine e cannot be reached: p');
    expect(rows.get('state')).toBe('');
    expect(launch.log.read(10, false)).toEqual(['Engine e cannot be reached: p']);
  });
});
