import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../environment.ts';
import { OUTPUT_FORMATS, type OutputFormat, outputFormatOf } from './output/result-format.ts';

export interface BeelineOptions {
  readonly url: string | null;
  readonly user: string | null;
  /** True = ask for it. */
  readonly password: string | true | null;
  readonly passwordFile: string | null;
  readonly authType: string | null;
  /** SQL of every `-e`. */
  readonly execute: readonly string[];
  readonly files: readonly string[];
  readonly initFiles: readonly string[];
  readonly hiveConfs: Readonly<Record<string, string>>;
  readonly hiveVars: Readonly<Record<string, string>>;
  readonly format: OutputFormat;
  readonly incremental: boolean;
  readonly silent: boolean;
  readonly showHeader: boolean;
  readonly verbose: boolean;
  readonly force: boolean;
  readonly nullText: string;
  /** Of `table`: longer cells are cut; null = none is. */
  readonly maxColumnWidth: number | null;
  readonly delimiter: string;
  /** Of `dsv`. */
  readonly separator: string;
}

/** The command line cannot be understood, or asked for help: `exitCode` tells which, and the text has been printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const USAGE_EXIT_CODE = 2;

/** Of Hive's beeline; scripts pass them, and they make no difference here. */
const IGNORED = [
  '-d <driver>',
  '-r',
  '--allowMultiLineCommand [bool]',
  '--autoCommit [bool]',
  '--color [bool]',
  '--convertBinaryArrayToString [bool]',
  '--entireLineAsCommand [bool]',
  '--fastConnect [bool]',
  '--headerInterval <rows>',
  '--isolation <level>',
  '--maxWidth <chars>',
  '--numberFormat <pattern>',
  '--python-mode',
  '--showElapsedTime [bool]',
  '--showNestedErrs [bool]',
  '--showWarnings [bool]',
  '--truncateTable [bool]',
];

interface Flags {
  readonly url?: string;
  readonly user?: string;
  readonly password?: string | true;
  readonly passwordFile?: string;
  readonly auth?: string;
  readonly execute: readonly string[];
  readonly file: readonly string[];
  readonly init: readonly string[];
  readonly hiveconf: Readonly<Record<string, string>>;
  readonly hivevar: Readonly<Record<string, string>>;
  readonly outputformat: OutputFormat;
  readonly incremental: boolean;
  readonly silent: boolean;
  readonly showHeader: boolean;
  readonly verbose: boolean;
  readonly force: boolean;
  readonly nullemptystring: boolean;
  readonly maxColumnWidth?: number;
  readonly delimiter: string;
  readonly delimiterForDSV: string;
}

export interface UsageOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** `args` without node and script. Throws UsageError. */
export function parseOptions(args: readonly string[], output: UsageOutput): BeelineOptions {
  const command = createCommand(output);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(error.message, error.exitCode === 0 ? 0 : USAGE_EXIT_CODE);
  }
  const flags = command.opts<Flags>();
  return {
    url: flags.url ?? null,
    user: flags.user ?? null,
    password: flags.password ?? null,
    passwordFile: flags.passwordFile ?? null,
    authType: flags.auth ?? null,
    execute: flags.execute,
    files: flags.file,
    initFiles: flags.init,
    hiveConfs: flags.hiveconf,
    hiveVars: flags.hivevar,
    format: flags.outputformat,
    incremental: flags.incremental,
    silent: flags.silent,
    showHeader: flags.showHeader,
    verbose: flags.verbose,
    force: flags.force,
    nullText: flags.nullemptystring ? '' : 'NULL',
    maxColumnWidth: flags.maxColumnWidth ?? null,
    delimiter: flags.delimiter,
    separator: flags.delimiterForDSV,
  };
}

function createCommand({ out, err }: UsageOutput): Command {
  const command = new Command('beeline')
    .description('SQL shell for HiveServer2: Senbon, Kyuubi, Hive, Spark Thrift server')
    .version(version, '--version', 'print the version')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride()
    .allowExcessArguments(false)
    .option('-u, --url <url>', 'JDBC URL to connect to, as in jdbc:hive2://host:10009/db')
    .option('-n, --user <name>', 'user')
    .option('-p, --password [word]', 'password; without a value it is asked for')
    .option('-w, --password-file <path>', 'file whose first line is the password')
    .option('-a, --auth <type>', 'noSasl: connect without a login')
    .option('-e, --execute <sql>', 'run this and exit; may be repeated', collect, [])
    .option('-f, --file <path>', 'run this script and exit, - = standard input; may be repeated', collect, [])
    .option('-i, --init <path>', 'run this script first; may be repeated', collect, [])
    .option('--hiveconf <key=value>', "setting of the server's session; may be repeated", collectPair, {})
    .option('--hivevar <key=value>', 'variable of the session; may be repeated', collectPair, {})
    .addOption(
      new Option('--outputformat <format>', 'how results are printed')
        .choices(OUTPUT_FORMATS)
        .default('table')
        .argParser(parseFormat),
    )
    .addOption(
      flag('--incremental', 'print a table while its rows come, in columns as wide as the first ones'),
    )
    .addOption(flag('--silent', 'print results and errors only'))
    .addOption(flag('--showHeader', 'print the names of the columns', true))
    .addOption(flag('--verbose', "print the server's log and the details of errors"))
    .addOption(flag('--force', 'go on after a failed statement of a script'))
    .addOption(flag('--nullemptystring', 'print NULL as nothing instead of NULL'))
    .option('--maxColumnWidth <chars>', 'cut what is wider in a table; else nothing is cut', positive)
    .option('--delimiter <text>', 'what ends a statement', visible, ';')
    .option('--delimiterForDSV <character>', 'what separates the values of dsv', oneCharacter, '|')
    .addHelpText('after', HELP_END);
  for (const flags of IGNORED) command.addOption(new Option(flags).hideHelp());
  return command;
}

const HELP_END = `
Without -e and -f, statements are read from standard input; at a terminal, !help shows the commands.
Results go to standard output, everything else to standard error.
Exit codes: 0 all statements succeeded, 1 one failed, 2 the command line is wrong or the connection failed.`;

/** `--silent`, `--silent=true` or `--silent=false`. */
function flag(name: string, description: string, initial = false): Option {
  return new Option(`${name} [bool]`, description).preset(true).default(initial).argParser(parseBoolean);
}

function parseBoolean(value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It must be true or false.');
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function collectPair(text: string, previous: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be key=value.');
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** Throws InvalidArgumentError, with what to use in the place of a format of Hive's. */
function parseFormat(value: string): OutputFormat {
  try {
    return outputFormatOf(value);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function positive(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(value);
}

/** Something that can be found in a line; an empty text would be found everywhere, without end. */
function visible(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

function oneCharacter(value: string): string {
  if (value.length !== 1) throw new InvalidArgumentError('It must be one character.');
  return value;
}
