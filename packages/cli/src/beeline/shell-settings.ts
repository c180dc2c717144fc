import type { BeelineOptions } from './options.ts';
import { type OutputFormat, outputFormatOf } from './output/result-format.ts';

/** What `!set` changes while the shell runs. */
export interface ShellSettings {
  format: OutputFormat;
  incremental: boolean;
  silent: boolean;
  showHeader: boolean;
  verbose: boolean;
  force: boolean;
  nullText: string;
  maxColumnWidth: number | null;
  readonly separator: string;
  readonly delimiter: string;
}

const FLAGS = ['incremental', 'silent', 'showHeader', 'verbose', 'force'] as const;
const NULL_TEXT = 'NULL';
/** What `!set` takes. */
export const SETTING_NAMES: readonly string[] = [
  'outputformat',
  ...FLAGS,
  'nullemptystring',
  'maxColumnWidth',
];

export function initialSettings(options: BeelineOptions): ShellSettings {
  const { format, incremental, silent, showHeader, verbose, force, separator, delimiter } = options;
  const { nullText, maxColumnWidth } = options;
  const flags = { incremental, silent, showHeader, verbose, force };
  return { format, ...flags, nullText, maxColumnWidth, separator, delimiter };
}

/** Names are those of the command line. Throws Error for what is not one, or not a value of it. */
export function changeSetting(settings: ShellSettings, name: string, value: string): void {
  const key = name.toLowerCase();
  if (key === 'outputformat') {
    settings.format = outputFormatOf(value);
    return;
  }
  if (key === 'maxcolumnwidth') {
    if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error('maxColumnWidth is a whole number above 0');
    settings.maxColumnWidth = Number(value);
    return;
  }
  const found = FLAGS.find((candidate) => candidate.toLowerCase() === key);
  if (found === undefined && key !== 'nullemptystring') {
    throw new Error(`there is no setting ${name}; !set without arguments lists them`);
  }
  if (value !== 'true' && value !== 'false') throw new Error(`${name} is true or false`);
  if (found === undefined) settings.nullText = value === 'true' ? '' : NULL_TEXT;
  else settings[found] = value === 'true';
}

export function listSettings(settings: ShellSettings): readonly string[] {
  const flags = FLAGS.map((name) => `${name.padEnd(16)}${settings[name]}`);
  const nullFlag = `${'nullemptystring'.padEnd(16)}${settings.nullText === ''}`;
  const width = `${'maxColumnWidth'.padEnd(16)}${settings.maxColumnWidth ?? 'none'}`;
  return [`${'outputformat'.padEnd(16)}${settings.format}`, ...flags, nullFlag, width];
}
