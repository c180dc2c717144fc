import {
  connect,
  type Connection,
  ConnectionError,
  describeUrl,
  type HiveOperation,
  type JdbcUrl,
} from '@senbon/client';
import { TGetInfoType } from '@senbon/hive-thrift';
import { CommandError, runCommand } from './commands/run-command.ts';
import { errorText } from './error-text.ts';
import { BACKSLASH_KEY, mayEscapeInStrings, syntaxOf, type SqlSyntax } from './input/sql-syntax.ts';
import { type ScriptItem, StatementSplitter } from './input/statement-splitter.ts';
import { Interrupts } from './interrupts.ts';
import { OutputClosedError } from './output/output-sink.ts';
import type { ShellSettings } from './shell-settings.ts';
import { type Outcome, StatementRun } from './statement-run.ts';
import type { Terminal } from './terminal.ts';

/** How a person or a command line asked to be connected; kept for `!reconnect`. */
export interface Login {
  readonly url: JdbcUrl;
  readonly user?: string;
  readonly password?: string;
  readonly hiveConfs?: Readonly<Record<string, string>>;
  readonly hiveVars?: Readonly<Record<string, string>>;
}

/** `quit`: the rest of the script is not wanted. */
export type Flow = 'ok' | 'failed' | 'quit';

/** What the session's end may take. */
const CLOSE_DEADLINE_MS = 3_000;
/** After it the session is asked again; once too often costs little. */
const CHANGES_SYNTAX = /backslash\.escapes|\breset\b/i;

/** The shell without its line editor: a connection, the settings, and what runs statements and commands. */
export class Beeline {
  readonly terminal: Terminal;
  readonly settings: ShellSettings;
  readonly interrupts = new Interrupts();
  /** Called after each statement, with its text. */
  onStatement: (sql: string) => void = () => {};
  #connection: Connection | null = null;
  #login: Login | null = null;
  #syntax: SqlSyntax = syntaxOf('');
  #dbmsName = '';

  constructor(terminal: Terminal, settings: ShellSettings) {
    this.terminal = terminal;
    this.settings = settings;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** Without variables, so without secrets; null when there is no connection. */
  get url(): string | null {
    return this.#connection === null || this.#login === null ? null : describeUrl(this.#login.url);
  }

  get syntax(): SqlSyntax {
    return this.#syntax;
  }

  /** Connects, and waits for the engine. Throws ClientError, HiveError, ConnectionError. */
  async connect(login: Login): Promise<void> {
    await this.close();
    const { url, ...options } = login;
    this.#login = login;
    const starting = new AbortController();
    const abort = (): void => starting.abort(new Error('interrupted'));
    const connection = await this.interrupts.during(abort, () =>
      connect(url, { ...options, awaitEngine: false, signal: starting.signal }),
    );
    try {
      const giveUp = (): void => connection.client.destroy(new Error('interrupted'));
      await this.interrupts.during(giveUp, () => this.#greet(connection));
      this.#connection = connection;
    } catch (error) {
      await connection.close({ deadlineMs: CLOSE_DEADLINE_MS });
      throw error;
    }
  }

  /** Throws as `connect`. */
  async reconnect(): Promise<void> {
    if (this.#login === null) throw new CommandError('there was no connection before; use !connect <url>');
    await this.connect(this.#login);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close({ deadlineMs: CLOSE_DEADLINE_MS });
  }

  /** Runs everything in it; after a failure only with `force`. Throws OutputClosedError. */
  async runScript(lines: AsyncIterable<string> | Iterable<string>): Promise<Flow> {
    const splitter = this.splitter();
    let result: Flow = 'ok';
    const take = async (items: Iterable<ScriptItem>): Promise<boolean> => {
      for (const item of items) {
        const flow = await this.run(item);
        if (flow !== 'ok') result = flow;
        if (flow === 'quit' || (flow === 'failed' && !this.settings.force)) return false;
      }
      return true;
    };
    for await (const line of lines) {
      if (!(await take(splitter.pushLine(line)))) return result;
    }
    await take(splitter.end());
    return result;
  }

  splitter(): StatementSplitter {
    return new StatementSplitter({ delimiter: this.settings.delimiter, syntax: () => this.#syntax });
  }

  /** Prints the errors itself. Throws OutputClosedError. */
  async run(item: ScriptItem): Promise<Flow> {
    if (item.kind === 'statement') return (await this.runStatement(item.text)) ? 'ok' : 'failed';
    try {
      return await runCommand(this, item.text);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async runStatement(sql: string): Promise<boolean> {
    const isDone = await this.#print((run) => run.execute(sql));
    this.onStatement(sql);
    const connection = this.#connection;
    if (!isDone || connection === null || !CHANGES_SYNTAX.test(sql)) return isDone;
    try {
      await this.#readSyntax(connection);
      return true;
    } catch (error) {
      this.#failed(error);
      this.#forget(connection);
      return false;
    }
  }

  /** A metadata call's result, its first columns only. */
  async runCatalog(
    start: (connection: Connection) => Promise<HiveOperation>,
    maxColumns: number,
  ): Promise<boolean> {
    return this.#print(async (run, connection) => run.print(await start(connection), maxColumns));
  }

  async #print(work: (run: StatementRun, connection: Connection) => Promise<Outcome>): Promise<boolean> {
    const connection = this.#connection;
    if (connection === null) {
      this.terminal.say('Error: not connected; use !connect <url>');
      return false;
    }
    const { terminal, settings } = this;
    const showsLog = settings.verbose && !settings.silent;
    const run = new StatementRun({ connection, terminal, format: settings, showsLog });
    const startedAt = performance.now();
    try {
      const outcome = await this.interrupts.during(
        () => run.interrupt(),
        () => work(run, connection),
      );
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(3);
      if (!settings.silent) terminal.say(`${summary(outcome)} (${seconds} seconds)`);
      return true;
    } catch (error) {
      this.#failed(error);
      if (run.hasGivenUp || isLost(error)) this.#forget(connection);
      return false;
    }
  }

  #failed(error: unknown): Flow {
    if (error instanceof OutputClosedError) throw error;
    this.terminal.say(errorText(error, this.settings.verbose && !(error instanceof CommandError)));
    return 'failed';
  }

  #forget(connection: Connection): void {
    connection.client.destroy(new Error('the connection is lost'));
    this.#connection = null;
    if (this.terminal.isInteractive) this.terminal.say('The connection is lost; !reconnect opens a new one');
  }

  /** Throws ConnectionError when the connection is lost. */
  async #readSyntax(connection: Connection): Promise<void> {
    const syntax = syntaxOf(this.#dbmsName);
    const hasEscapes = mayEscapeInStrings(this.#dbmsName) && (await hasBackslashEscapes(connection));
    this.#syntax = hasEscapes ? { ...syntax, backslashEscapes: 'strings' } : syntax;
  }

  async #greet(connection: Connection): Promise<void> {
    const { terminal, settings } = this;
    const isTalking = !settings.silent && (terminal.hasReader || settings.verbose);
    if (!settings.silent) for (const warning of connection.warnings) terminal.say(`Warning: ${warning}`);
    terminal.status.start('waiting for the engine');
    try {
      if (isTalking) for await (const line of connection.launch?.log() ?? []) terminal.say(line);
      await connection.launch?.wait();
      const name = await infoOf(connection, TGetInfoType.DBMS_NAME);
      this.#dbmsName = name;
      await this.#readSyntax(connection);
      if (!isTalking) return;
      const version = await infoOf(connection, TGetInfoType.DBMS_VER);
      terminal.say(`Connected to ${connection.server}: ${name} ${version}`);
    } finally {
      terminal.status.stop();
    }
  }
}

function summary({ rowCount, modifiedRows }: Outcome): string {
  const count = (rows: number): string =>
    `${rows === 0 ? 'No' : rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
  return rowCount === null ? `${count(modifiedRows ?? 0)} affected` : `${count(rowCount)} selected`;
}

/** What a server is called matters little enough: not every one tells. */
async function infoOf(connection: Connection, type: TGetInfoType): Promise<string> {
  try {
    return String(await connection.session.info(type));
  } catch (error) {
    if (isLost(error)) throw error;
    return '';
  }
}

/** False for a DuckDB that is not Senbon's, which knows no such setting. */
async function hasBackslashEscapes(connection: Connection): Promise<boolean> {
  try {
    const result = await connection.query(`SET ${BACKSLASH_KEY}`);
    const [row] = await result.toArray();
    return /^'?true'?$/i.test(String(row?.[1] ?? ''));
  } catch (error) {
    if (isLost(error)) throw error;
    return false;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof ConnectionError && error.kind !== 'busy' && error.kind !== 'http';
}
