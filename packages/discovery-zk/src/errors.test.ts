import { SenbonError } from '@senbon/core';
import { describe, expect, it } from 'vitest';
import { ZkError } from './client/zk-error.ts';
import { discoveryError, translated } from './errors.ts';

describe('discoveryError', () => {
  it("keeps ZooKeeper's number and text, and says what to do where that is known", () => {
    const error = discoveryError(new ZkError(-102, 'delete', '/a', 'not authenticated'), '/a');
    expect(error).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/\/a.*auth\.digest.*-102/),
      cause: { zkCode: -102 },
    });
    expect(discoveryError(new ZkError(-5, 'get', '/b', 'marshalling error'), '/b')).toMatchObject({
      message: expect.stringMatching(/get \/b: marshalling error \(-5\)/),
    });
  });

  it("lets our own errors and an abort's reason pass", () => {
    const closed = new SenbonError('DISCOVERY_CLOSED');
    const reason = new Error('stop it');
    expect(discoveryError(closed, '/a')).toBe(closed);
    expect(discoveryError(reason, '/a')).toBe(reason);
  });
});

it('translated passes values on', async () => {
  expect(await translated('/a', async () => 1)).toBe(1);
});
