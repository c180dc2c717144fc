import type { BeelineOptions } from './options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output/result-format.ts';

/** What `!set` changes while the shell runs. */
export interface ShellSettings {
  format: OutputFormat;
  incremental: boolean;
  silent: boolean;
  showHeader: boolean;
  verbose: boolean;
  force: boolean;
  nullText: string;
  readonly separator: string;
  readonly delimiter: string;
}

const FLAGS = ['incremental', 'silent', 'showHeader', 'verbose', 'force'] as const;
const NULL_TEXT = 'NULL';

export function initialSettings(options: BeelineOptions): ShellSettings {
  const { format, incremental, silent, showHeader, verbose, force, nullText, separator, delimiter } = options;
  return { format, incremental, silent, showHeader, verbose, force, nullText, separator, delimiter };
}

/** Names are those of the command line. Throws Error for what is not one, or not a value of it. */
export function changeSetting(settings: ShellSettings, name: string, value: string): void {
  const key = name.toLowerCase();
  if (key === 'outputformat') {
    const format = OUTPUT_FORMATS.find((candidate) => candidate === value.toLowerCase());
    if (format === undefined) throw new Error(`outputformat is one of ${OUTPUT_FORMATS.join(', ')}`);
    settings.format = format;
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
  return [`${'outputformat'.padEnd(16)}${settings.format}`, ...flags, nullFlag];
}
