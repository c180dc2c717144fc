import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { COMMAND_NAMES } from '../commands/run-command.ts';
import { OUTPUT_FORMATS } from '../output/result-format.ts';
import { SETTING_NAMES } from '../shell-settings.ts';
import type { Completion } from './completer.ts';

/** Commands that are followed by SQL or the name of a table. */
const SQL_COMMANDS: ReadonlySet<string> = new Set([
  'sql',
  'tables',
  'columns',
  'describe',
  'desc',
  'primarykeys',
]);
const PATH_COMMANDS: ReadonlySet<string> = new Set(['run', 'script', 'source']);
/** A folder of more is not listed in full at a Tab. */
const MAX_FILES = 1_000;

/** What may come next in a line that begins with `!`; null where that is SQL. Never rejects. */
export async function completeCommand(line: string): Promise<Completion | null> {
  const [, name = '', rest] = /^\s*!(\w*)(?:\s+(.*))?$/s.exec(line) ?? [];
  const command = name.toLowerCase();
  if (rest === undefined) return begunWith(command, COMMAND_NAMES, name, ' ');
  if (SQL_COMMANDS.has(command)) return null;
  if (PATH_COMMANDS.has(command)) return completePath(rest);
  if (command === 'outputformat') return begunWith(rest, OUTPUT_FORMATS);
  return command === 'set' ? completeSetting(rest) : [[], ''];
}

function completeSetting(rest: string): Completion {
  const [, setting, value = ''] = /^(\S+)\s+(\S*)$/.exec(rest) ?? [];
  if (setting === undefined) return begunWith(rest, SETTING_NAMES, rest, ' ');
  switch (setting.toLowerCase()) {
    case 'outputformat':
      return begunWith(value, OUTPUT_FORMATS);
    case 'maxcolumnwidth':
      return [[], ''];
    default:
      return begunWith(value, ['true', 'false']);
  }
}

async function completePath(path: string): Promise<Completion> {
  const begun = path === '' || path.endsWith('/') ? '' : basename(path);
  const folder = begun === path ? '.' : begun === '' ? path : dirname(path);
  try {
    const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.name.startsWith(begun) && (begun !== '' || !entry.name.startsWith('.')))
      .map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`);
    return [names.sort().slice(0, MAX_FILES), begun];
  } catch {
    return [[], ''];
  }
}

function begunWith(begun: string, words: readonly string[], typed = begun, behind = ''): Completion {
  const found = words.filter((word) => word.toLowerCase().startsWith(begun.toLowerCase()));
  return [found.map((word) => `${word}${behind}`), typed];
}
