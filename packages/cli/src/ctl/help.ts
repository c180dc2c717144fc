import { version } from '../environment.ts';
import { actions, commonOptions, type OptionRow } from './syntax.ts';

/** Descriptions begin here; a longer name has a line of its own. */
const TEXT_COLUMN = 27;

export function helpText(): string {
  const names = Object.keys(actions).join('|');
  const lines = [`kyuubi ${version}`, `Usage: kyuubi-ctl [${names}] [options]`, ''];
  lines.push(...commonOptions.map(optionLine));
  for (const [action, { text, resources }] of Object.entries(actions)) {
    lines.push('', `Command: ${action} [${Object.keys(resources).join('|')}] [options]`, `\t${text}`);
    for (const [resource, { text: about, options }] of Object.entries(resources)) {
      const tail = options.length > 0 ? ' [options]' : '';
      lines.push(`Command: ${action} ${resource}${tail}`, `\t${about}`, ...options.map(optionLine));
    }
  }
  return lines.join('\n');
}

function optionLine({ long, short, hasValue, text }: OptionRow): string {
  const names = `  ${short === undefined ? '' : `-${short}, `}--${long}${hasValue ? ' <value>' : ''}`;
  return names.length < TEXT_COLUMN - 1
    ? names.padEnd(TEXT_COLUMN) + text
    : `${names}\n${''.padEnd(TEXT_COLUMN)}${text}`;
}
