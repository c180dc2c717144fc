import { describe, expect, it } from 'vitest';
import {
  countByUser,
  type DrainReport,
  type DrainRequest,
  drainReportPath,
  drainRequestPath,
  encodeDrainRecord,
  parseDrainReport,
  parseDrainRequest,
} from './drain-record.ts';

const report: DrainReport = {
  host: 'gw',
  port: 10_009,
  state: 'draining',
  why: 'its node was deleted',
  since: 1,
  deadline: 2,
  updated: 3,
  everyMs: 5_000,
  canUndo: true,
  sessions: 3,
  users: [{ user: 'ann', sessions: 3 }],
};
const request: DrainRequest = { at: 1, action: 'drain', deadlineMs: null };

describe('a record of a drain', () => {
  it('stands beside the server space', () => {
    const address = { space: '/prod/sql', host: 'gw', port: 10_009 };
    expect(drainReportPath(address)).toBe('/prod/sql_drain/gw:10009');
    expect(drainRequestPath(address)).toBe('/prod/sql_drain_request/gw:10009');
  });

  it('is read as it was written', () => {
    expect(parseDrainReport(encodeDrainRecord(report))).toEqual(report);
    expect(parseDrainRequest(encodeDrainRecord(request))).toEqual(request);
  });

  it('may say more than we know', () => {
    const text = JSON.stringify({ ...report, mood: 'calm' });
    expect(parseDrainReport(Buffer.from(text))).toEqual(report);
  });

  it.each(['', 'x', 'null', '[]', '{}', JSON.stringify({ ...report, state: 'flying' })])(
    'is nothing when it is %j',
    (text) => {
      expect(parseDrainReport(Buffer.from(text))).toBeNull();
      expect(parseDrainRequest(Buffer.from(text))).toBeNull();
    },
  );

  it('takes no deadline below 0', () => {
    const text = JSON.stringify({ ...request, deadlineMs: -1 });
    expect(parseDrainRequest(Buffer.from(text))).toBeNull();
  });

  it('counts sessions by user, most first, of twenty at most', () => {
    expect(countByUser(['b', 'a', 'c', 'c'])).toEqual([
      { user: 'c', sessions: 2 },
      { user: 'a', sessions: 1 },
      { user: 'b', sessions: 1 },
    ]);
    expect(countByUser(Array.from({ length: 30 }, (_, index) => `u${index}`))).toHaveLength(20);
  });
});
