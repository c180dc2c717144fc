import { createInterface, type Interface } from 'node:readline';
import type { Terminal } from '../terminal.ts';
import { MAX_HISTORY_LINES } from './history-file.ts';
import type { Completion } from './completer.ts';

export type LineEvent =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C; `hadText` when something was typed, which is gone now. */
  | { readonly kind: 'interrupt'; readonly hadText: boolean }
  /** Ctrl-D. */
  | { readonly kind: 'end' };

export interface LineEditorOptions {
  readonly terminal: Terminal;
  /** The newest first. */
  readonly history: string[];
  readonly complete: (line: string) => Promise<Completion>;
}

/**
 * Node's readline as something to ask. Between two questions the terminal is as the shell left it, so that Ctrl-C is a signal
 * while a statement runs; what is typed meanwhile waits.
 */
export class LineEditor {
  readonly #terminal: Terminal;
  readonly #reader: Interface;
  /** A pasted text comes as many lines at once. */
  readonly #events: LineEvent[] = [];
  #wake: () => void = () => {};

  constructor({ terminal, history, complete }: LineEditorOptions) {
    this.#terminal = terminal;
    this.#reader = createInterface({
      input: terminal.streams.stdin,
      output: terminal.streams.stdout,
      terminal: true,
      history,
      historySize: MAX_HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, completion: Completion) => void) => {
        void answer(complete(line), done);
      },
    });
    this.#reader.on('line', (text) => this.#push({ kind: 'line', text }));
    this.#reader.on('close', () => this.#push({ kind: 'end' }));
    this.#reader.on('SIGINT', () => {
      const hadText = this.#reader.line !== '';
      // Beside Ctrl-U, which takes away what stands before the cursor, Ctrl-K takes what stands behind it.
      this.#reader.write(null, { ctrl: true, name: 'k' });
      this.#reader.write(null, { ctrl: true, name: 'u' });
      this.#push({ kind: 'interrupt', hadText });
    });
  }

  async ask(prompt: string): Promise<LineEvent> {
    const { stdin } = this.#terminal.streams;
    const waiting = this.#events.shift();
    if (waiting !== undefined) return waiting;
    stdin.setRawMode?.(true);
    this.#reader.resume();
    this.#reader.setPrompt(prompt);
    this.#reader.prompt();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#reader.pause();
    stdin.setRawMode?.(false);
    return this.#events.shift() ?? { kind: 'end' };
  }

  close(): void {
    this.#reader.close();
  }

  #push(event: LineEvent): void {
    this.#events.push(event);
    this.#wake();
  }
}

async function answer(
  completion: Promise<Completion>,
  done: (error: null, completion: Completion) => void,
): Promise<void> {
  done(null, await completion);
}
