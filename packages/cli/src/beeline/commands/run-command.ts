import { parseJdbcUrl } from '@senbon/client';
import type { Beeline, Flow } from '../beeline.ts';
import { readLines } from '../input/read-lines.ts';
import { changeSetting, listSettings } from '../shell-settings.ts';
import { splitWords } from './command-line.ts';

/** A command was used in a way that it does not have. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

interface Command {
  readonly names: readonly string[];
  readonly usage: string;
  readonly help: string;
  readonly run: (beeline: Beeline, words: readonly string[], text: string) => Promise<Flow>;
}

/** Scripts that run scripts that run scripts. */
const MAX_NESTED_SCRIPTS = 20;
/** Of a metadata result, what people read; behind come details for drivers. */
const TABLE_COLUMNS = 5;
const COLUMN_COLUMNS = 6;
const KEY_COLUMNS = 6;
const TYPE_COLUMNS = 3;

let nestedScripts = 0;

const flow = (isDone: boolean): Flow => (isDone ? 'ok' : 'failed');

const commands: readonly Command[] = [
  {
    names: ['connect', 'open'],
    usage: '<url> [user [password]]',
    help: 'connect to another server',
    run: async (beeline, [url, user, password]) => {
      if (url === undefined) throw new CommandError('use !connect <url> [user [password]]');
      await beeline.connect({
        url: parseJdbcUrl(url),
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
      });
      return 'ok';
    },
  },
  {
    names: ['reconnect'],
    usage: '',
    help: 'connect again as before',
    run: async (beeline) => {
      await beeline.reconnect();
      return 'ok';
    },
  },
  {
    names: ['close', 'closeall'],
    usage: '',
    help: 'close the connection',
    run: async (beeline) => {
      await beeline.close();
      return 'ok';
    },
  },
  {
    names: ['quit', 'exit', 'q'],
    usage: '',
    help: 'leave the shell',
    run: async () => 'quit',
  },
  {
    names: ['sql'],
    usage: '<statement>',
    help: 'run a statement, whatever it looks like',
    run: async (beeline, _words, text) => flow(await beeline.runStatement(text.replace(/;\s*$/, ''))),
  },
  {
    names: ['tables'],
    usage: '[name pattern]',
    help: 'list tables and views; % stands for anything',
    run: async (beeline, [tableName = '%']) =>
      flow(await beeline.runCatalog(({ session }) => session.getTables({ tableName }), TABLE_COLUMNS)),
  },
  {
    names: ['columns', 'describe', 'desc'],
    usage: '<table>',
    help: "list a table's columns",
    run: async (beeline, [table]) => {
      if (table === undefined) throw new CommandError('use !columns <table>');
      const filter = { ...tableOf(table), columnName: '%' };
      return flow(await beeline.runCatalog(({ session }) => session.getColumns(filter), COLUMN_COLUMNS));
    },
  },
  {
    names: ['primarykeys'],
    usage: '<table>',
    help: "list a table's primary key",
    run: async (beeline, [table]) => {
      if (table === undefined) throw new CommandError('use !primarykeys <table>');
      return flow(
        await beeline.runCatalog(({ session }) => session.getPrimaryKeys(tableOf(table)), KEY_COLUMNS),
      );
    },
  },
  {
    names: ['typeinfo'],
    usage: '',
    help: 'list the types of the server',
    run: async (beeline) =>
      flow(await beeline.runCatalog(({ session }) => session.getTypeInfo(), TYPE_COLUMNS)),
  },
  {
    names: ['schemas', 'databases', 'dbs'],
    usage: '',
    help: 'list schemas',
    run: async (beeline) =>
      flow(await beeline.runCatalog(({ session }) => session.getSchemas({ schemaName: '%' }), 2)),
  },
  {
    names: ['catalogs'],
    usage: '',
    help: 'list catalogs',
    run: async (beeline) => flow(await beeline.runCatalog(({ session }) => session.getCatalogs(), 1)),
  },
  {
    names: ['run', 'script', 'source'],
    usage: '<path>',
    help: 'run a script',
    run: async (beeline, [path]) => {
      if (path === undefined) throw new CommandError('use !run <path>');
      if (nestedScripts >= MAX_NESTED_SCRIPTS) throw new CommandError('a script seems to run itself');
      nestedScripts += 1;
      try {
        const result = await beeline.runScript(await readLines(path));
        return result === 'quit' ? 'ok' : result;
      } finally {
        nestedScripts -= 1;
      }
    },
  },
  {
    names: ['set'],
    usage: '[name value]',
    help: 'change a setting of the shell, or list them',
    run: async (beeline, [name, value]) => {
      if (name === undefined) for (const line of listSettings(beeline.settings)) beeline.terminal.say(line);
      else change(beeline, name, value ?? 'true');
      return 'ok';
    },
  },
  {
    names: ['outputformat'],
    usage: '<format>',
    help: 'how results are printed',
    run: async (beeline, [format = '']) => {
      change(beeline, 'outputformat', format);
      return 'ok';
    },
  },
  {
    names: ['verbose'],
    usage: '',
    help: "show the server's log and the details of errors, or no longer",
    run: async ({ settings, terminal }) => {
      settings.verbose = !settings.verbose;
      terminal.say(`verbose is ${settings.verbose}`);
      return 'ok';
    },
  },
  {
    names: ['help', '?'],
    usage: '',
    help: 'this list',
    run: async ({ terminal }) => {
      for (const { names, usage, help } of commands) {
        terminal.say(`!${`${names.join(' !')} ${usage}`.padEnd(36)} ${help}`);
      }
      terminal.say('Everything else is SQL and ends with ; at the end of a line or within it.');
      return 'ok';
    },
  },
];

export const COMMAND_NAMES: readonly string[] = commands
  .flatMap(({ names }) => names)
  .filter((name) => name !== '?');

/** `text` is the line without its `!`. Throws CommandError, and whatever the command throws. */
export async function runCommand(beeline: Beeline, text: string): Promise<Flow> {
  const [name = '', ...words] = splitWords(text);
  const command = commands.find(({ names }) => names.includes(name.toLowerCase()));
  if (command === undefined) throw new CommandError(missing(name));
  const rest = text.trimStart().slice(name.length).trim();
  return command.run(beeline, words, rest);
}

/** What people of Hive's beeline type, and what to do instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  sh: 'programs are not run from here',
  addlocaldriverjar: 'no driver is needed',
  addlocaldrivername: 'no driver is needed',
  scan: 'no driver is needed',
  autocommit: 'HiveServer2 has no transactions over statements',
  commit: 'HiveServer2 has no transactions over statements',
  rollback: 'HiveServer2 has no transactions over statements',
  isolation: 'HiveServer2 has no transactions over statements',
  record: 'redirect standard output instead',
  history: 'press arrow up, or see ~/.beeline/history',
  list: 'there is one connection at a time',
  go: 'there is one connection at a time',
  all: 'there is one connection at a time',
  properties: 'give the URL to !connect',
  save: 'put options on the command line',
  delimiter: 'give --delimiter on the command line',
  nullemptystring: 'use !set nullemptystring true',
  brief: 'use !set verbose false',
};

function missing(name: string): string {
  const advice = ELSEWHERE[name.toLowerCase()];
  return advice === undefined
    ? `there is no command !${name}; !help lists them`
    : `there is no command !${name} here: ${advice}`;
}

/** `table` or `schema.table`. */
function tableOf(text: string): { readonly tableName: string; readonly schemaName?: string } {
  const dot = text.lastIndexOf('.');
  const tableName = text.slice(dot + 1);
  return dot < 0 ? { tableName } : { tableName, schemaName: text.slice(0, dot) };
}

function change({ settings }: Beeline, name: string, value: string): void {
  try {
    changeSetting(settings, name, value);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
