import { parseJdbcUrl } from '@senbon/client';
import { Beeline, type Flow, type Login } from './beeline.ts';
import { errorText } from './error-text.ts';
import { checkReadable, linesOf, readLines, STANDARD_INPUT } from './input/read-lines.ts';
import { HistoryFile, historyPath } from './interactive/history-file.ts';
import { runShell } from './interactive/shell.ts';
import { type BeelineOptions, parseOptions, USAGE_EXIT_CODE, UsageError } from './options.ts';
import { OutputClosedError } from './output/output-sink.ts';
import { readPassword } from './passwords.ts';
import { initialSettings } from './shell-settings.ts';
import { Terminal } from './terminal.ts';

const FAILED = 1;
/** 128 + the signal's number, as shells count. */
const INTERRUPTED = 130;
const PIPE_CLOSED = 141;
const TERMINATED = 143;

// The password after -p is seen by everybody in the list of processes, until now.
process.title = 'beeline';
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: BeelineOptions;
  try {
    options = parseOptions(args, {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    });
  } catch (error) {
    if (error instanceof UsageError) return error.exitCode;
    throw error;
  }
  const settings = initialSettings(options);
  const terminal = new Terminal(process, () => settings.silent);
  const beeline = new Beeline(terminal, settings);
  process.on('SIGINT', () => {
    if (!beeline.interrupts.raise()) process.exit(INTERRUPTED);
  });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void beeline.close().finally(() => process.exit(TERMINATED));
    });
  }
  try {
    return await runAll(beeline, options);
  } catch (error) {
    if (!(error instanceof OutputClosedError)) throw error;
    if (error.code === 'EPIPE') return PIPE_CLOSED;
    terminal.say(errorText(error, false));
    return FAILED;
  } finally {
    await beeline.close();
    // A pipe that its writer keeps open would keep this process, too.
    process.stdin.destroy();
  }
}

async function runAll(beeline: Beeline, options: BeelineOptions): Promise<number> {
  const { terminal } = beeline;
  const isBatch = options.execute.length > 0 || options.files.length > 0 || !terminal.isInteractive;
  try {
    await checkReadable([...options.initFiles, ...options.files]);
    if (options.url !== null) await beeline.connect(await loginOf(options, options.url, beeline));
    else if (isBatch) throw new Error('where to connect to is missing: give a JDBC URL by -u');
  } catch (error) {
    terminal.say(errorText(error, options.verbose));
    if (isBatch) return USAGE_EXIT_CODE;
  }
  const prepared = await runInitFiles(beeline, options);
  if (prepared !== 'ok' && isBatch) return prepared === 'quit' ? 0 : FAILED;
  if (isBatch) return runBatch(beeline, options);
  await runShell(beeline, new HistoryFile(historyPath(process.env)));
  return 0;
}

async function loginOf(options: BeelineOptions, url: string, { terminal }: Beeline): Promise<Login> {
  const password = await readPassword(options, terminal);
  const parsed = parseJdbcUrl(url);
  // What the URL says goes before the command line, as everywhere.
  const auth = options.authType === null ? [] : [['auth', options.authType] as const];
  return {
    url: { ...parsed, sessionVars: new Map([...auth, ...parsed.sessionVars]) },
    ...(options.user === null ? {} : { user: options.user }),
    ...(password === undefined ? {} : { password }),
    hiveConfs: options.hiveConfs,
    hiveVars: options.hiveVars,
  };
}

async function runInitFiles(beeline: Beeline, { initFiles }: BeelineOptions): Promise<Flow> {
  const ofUrl = beeline.connection?.initFile ?? null;
  for (const path of [...(ofUrl === null ? [] : [ofUrl]), ...initFiles]) {
    const flow = await runFile(beeline, path);
    if (flow !== 'ok') return flow;
  }
  return 'ok';
}

async function runBatch(beeline: Beeline, { execute, files, force }: BeelineOptions): Promise<number> {
  const jobs = [
    ...execute.map((sql) => () => beeline.runScript(sql.split('\n'))),
    ...files.map((path) => () => runFile(beeline, path)),
  ];
  if (jobs.length === 0) jobs.push(() => runFile(beeline, STANDARD_INPUT));
  let hasFailed = false;
  for (const job of jobs) {
    const flow = await job();
    hasFailed ||= flow === 'failed';
    if (flow === 'quit' || (hasFailed && !force)) break;
  }
  return hasFailed ? FAILED : 0;
}

async function runFile(beeline: Beeline, path: string): Promise<Flow> {
  try {
    const lines = path === STANDARD_INPUT ? linesOf(beeline.terminal.streams.stdin) : await readLines(path);
    return await beeline.runScript(lines);
  } catch (error) {
    if (error instanceof OutputClosedError) throw error;
    beeline.terminal.say(errorText(error, false));
    return 'failed';
  }
}
