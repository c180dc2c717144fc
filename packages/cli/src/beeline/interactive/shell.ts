import type { Beeline } from '../beeline.ts';
import type { Pending } from '../input/statement-splitter.ts';
import { Completer } from './completer.ts';
import type { HistoryFile } from './history-file.ts';
import { LineEditor } from './line-editor.ts';

/** Words that leave the shell without a `!`, as people expect of every shell. */
const LEAVE = /^\s*(?:quit|exit)\s*;?\s*$/i;
/** What the prompt says is missing. */
const MARKS: Readonly<Record<Pending, string>> = { nothing: '>', delimiter: '>', comment: '*', quote: "'" };
const MAX_PROMPT_CHARS = 60;

/** Reads statements and commands from the person at the terminal, until they leave. */
export async function runShell(beeline: Beeline, history: HistoryFile): Promise<void> {
  const { terminal } = beeline;
  const completer = new Completer(() => beeline.connection);
  beeline.onStatement = (sql) => completer.onStatement(sql);
  const complete = (line: string) => completer.complete(line);
  const editor = new LineEditor({ terminal, history: history.load(), complete });
  let splitter = beeline.splitter();
  let isLeaving = false;
  try {
    for (;;) {
      const event = await editor.ask(promptOf(beeline.url, splitter.pending));
      if (event.kind === 'end') {
        terminal.say('');
        return;
      }
      if (event.kind === 'interrupt') {
        const isEmpty = !event.hadText && splitter.pending === 'nothing';
        if (isEmpty && isLeaving) {
          terminal.say('');
          return;
        }
        splitter.reset();
        isLeaving = isEmpty;
        terminal.say(isEmpty ? '^C (again to leave)' : '^C');
        continue;
      }
      isLeaving = false;
      history.append(event.text);
      if (splitter.pending === 'nothing' && LEAVE.test(event.text)) return;
      try {
        for (const item of splitter.pushLine(event.text)) {
          if ((await beeline.run(item)) === 'quit') return;
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        terminal.say(`Error: ${error.message}`);
        splitter = beeline.splitter();
      }
    }
  } finally {
    editor.close();
  }
}

/** `jdbc:hive2://host:10009/db> `, and dots of the same length for the lines that follow. */
export function promptOf(url: string | null, pending: Pending): string {
  const name = url === null ? 'beeline' : url.slice(0, MAX_PROMPT_CHARS);
  if (pending === 'nothing') return `${name}> `;
  return `${'. '.repeat(Math.ceil(name.length / 2)).slice(0, name.length)}${MARKS[pending]} `;
}
