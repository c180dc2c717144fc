import { PassThrough } from 'node:stream';

/** A stream in memory that may say it is a terminal. */
export class FakeStream extends PassThrough {
  isTTY = false;
  columns = 120;
  readonly rawModes: boolean[] = [];

  setRawMode(on: boolean): void {
    this.rawModes.push(on);
  }
}

/** A terminal in memory, or pipes. */
export class FakeStreams {
  readonly stdin = new FakeStream();
  readonly stdout = new FakeStream();
  readonly stderr = new FakeStream();
  #out = '';
  #err = '';
  #wake: () => void = () => {};

  constructor(isTerminal: boolean) {
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.isTTY = isTerminal;
    this.stdout.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString('utf8');
      this.#wake();
    });
    this.stderr.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString('utf8');
      this.#wake();
    });
  }

  get out(): string {
    return this.#out;
  }

  /** Without the status line. */
  get err(): string {
    return withoutEscapes(this.#err);
  }

  /** Standard output as a person sees it; forgotten then. */
  take(): string {
    const text = withoutEscapes(this.#out);
    this.#out = '';
    return text;
  }

  /** Until standard output (escape sequences aside) or stderr matches. */
  async see(pattern: RegExp): Promise<void> {
    while (!pattern.test(withoutEscapes(this.#out)) && !pattern.test(this.err)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const ERASE_LINE = '\r\u001b[K';

function withoutEscapes(text: string): string {
  // What stands between two of these was a status line.
  const [first = '', ...rest] = text.split(ERASE_LINE);
  const kept = rest.filter((part, i) => part.includes('\n') || i === rest.length - 1);
  // oxlint-disable-next-line eslint/no-control-regex -- that is how escape sequences begin
  return [first, ...kept].join('').replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}
