import type { Readable, Writable } from 'node:stream';
import { OutputSink } from './output/output-sink.ts';
import { StatusLine } from './output/status-line.ts';

export interface TerminalStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

/** Results go out, everything said about them goes to stderr, below which a status line may stand. */
export class Terminal {
  readonly streams: TerminalStreams;
  readonly out: OutputSink;
  readonly status: StatusLine;

  constructor(streams: TerminalStreams, isSilent: () => boolean) {
    this.streams = streams;
    this.out = new OutputSink(streams.stdout);
    const isTerminal = streams.stderr.isTTY === true;
    this.status = new StatusLine({ stream: streams.stderr, isEnabled: () => isTerminal && !isSilent() });
    // Nobody is left to be told.
    streams.stderr.on('error', () => {});
  }

  /** A person sits there and can be asked. */
  get isInteractive(): boolean {
    const { stdin, stdout } = this.streams;
    return stdin.isTTY === true && stdout.isTTY === true;
  }

  /** A person may be reading stderr. */
  get hasReader(): boolean {
    return this.streams.stderr.isTTY === true;
  }

  /** A result's text. Throws OutputClosedError. */
  async result(text: string): Promise<void> {
    if (this.streams.stdout.isTTY === true) this.status.clear();
    await this.out.write(text);
  }

  /** Lines on stderr. */
  say(text: string): void {
    this.status.clear();
    this.streams.stderr.write(`${text}\n`);
  }
}
