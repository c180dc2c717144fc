import { parseJdbcUrl } from '@senbon/client';
import { FakeHiveServer, type FakeServerOptions } from '../../../../client/src/testing/fake-hive-server.ts';
import { Beeline } from '../beeline.ts';
import { parseOptions } from '../options.ts';
import { initialSettings } from '../shell-settings.ts';
import { Terminal } from '../terminal.ts';
import { FakeStreams } from './fake-streams.ts';

export interface FakeShell {
  readonly beeline: Beeline;
  readonly server: FakeHiveServer;
  readonly streams: FakeStreams;
  readonly url: string;
}

export interface FakeShellOptions extends FakeServerOptions {
  /** Of the command line. */
  readonly args?: readonly string[];
  readonly isTerminal?: boolean;
  /** Default true. */
  readonly connects?: boolean;
}

const opened: FakeShell[] = [];

/** A shell at pipes or a terminal in memory, connected to a server in this process. Ends with `closeShells`. */
export async function openShell(options: FakeShellOptions = {}): Promise<FakeShell> {
  const { args = [], isTerminal = false, connects = true, ...serverOptions } = options;
  const server = await FakeHiveServer.start(serverOptions);
  const settings = initialSettings(parseOptions(args, { out: () => {}, err: () => {} }));
  const streams = new FakeStreams(isTerminal);
  const beeline = new Beeline(new Terminal(streams, () => settings.silent), settings);
  const mode = options.transport === 'http' ? ';transportMode=http' : '';
  const url = `jdbc:hive2://127.0.0.1:${server.port}/db${mode}`;
  const shell = { beeline, server, streams, url };
  opened.push(shell);
  if (connects) await beeline.connect({ url: parseJdbcUrl(url), user: 'ann' });
  return shell;
}

export async function closeShells(): Promise<void> {
  for (const { beeline, server } of opened.splice(0)) {
    await beeline.close();
    await server.close();
  }
}
