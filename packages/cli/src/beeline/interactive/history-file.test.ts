import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryFile, historyPath, MAX_HISTORY_LINES } from './history-file.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'senbon-history-'));
  path = join(dir, 'new', 'history');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('HistoryFile', () => {
  it('keeps lines for the next shell, the newest first, for the owner only', () => {
    const history = new HistoryFile(path);
    expect(history.load()).toEqual([]);
    for (const line of ['select 1;', '', '  ', "select '千';"]) history.append(line);
    expect(new HistoryFile(path).load()).toEqual(["select '千';", 'select 1;']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not keep passwords', () => {
    const history = new HistoryFile(path);
    history.append('!connect jdbc:hive2://gw/ ann geheim');
    history.append("create user ann identified by 'geheim';");
    history.append('!connect jdbc:hive2://gw/;password=geheim');
    history.append('!connect jdbc:hive2://gw/ ann');
    expect(readFileSync(path, 'utf8')).toBe('!connect jdbc:hive2://gw/ ann\n');
  });

  it('is cut down when it has grown', () => {
    path = join(dir, 'history');
    writeFileSync(path, Array.from({ length: 2 * MAX_HISTORY_LINES + 1 }, (_, i) => `${i}\n`).join(''));
    expect(new HistoryFile(path).load()).toHaveLength(MAX_HISTORY_LINES);
    const kept = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect([kept.length, kept.at(-1)]).toEqual([MAX_HISTORY_LINES, String(2 * MAX_HISTORY_LINES)]);
  });

  it('does without a file that cannot be written', () => {
    writeFileSync(join(dir, 'new'), 'in the way');
    const history = new HistoryFile(path);
    history.append('select 1;');
    expect(history.load()).toEqual([]);
  });

  it('stands where Hive’s stands, or where the environment says', () => {
    expect(historyPath({ BEELINE_HISTORY: '/x' })).toBe('/x');
    expect(historyPath({})).toMatch(/\.beeline\/history$/);
  });
});
