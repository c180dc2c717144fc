import type { Connection } from '@senbon/client';
import { TGetInfoType } from '@senbon/hive-thrift';
import { completeCommand } from './complete-command.ts';
import { KEYWORDS } from './keywords.ts';

export type Completion = [candidates: string[], completed: string];

interface Catalog {
  /** Tables by themselves and as `schema.table`, and schemas as `schema.`. */
  readonly names: readonly string[];
  /** Words that the server says are its own. */
  readonly keywords: readonly string[];
}

/** More names than this are not offered; a Tab must not load a whole warehouse. */
const MAX_TABLES = 10_000;
const FETCH_ROWS = 1_000;
const SCHEMA = 1;
const NAME = 2;
const INFORMATION_SCHEMA = ['', 'columns', 'schemata', 'tables', 'views'].map(
  (name) => `information_schema.${name}`,
);
const CHANGES_CATALOG = /^\s*(?:create|drop|alter|attach|detach|use|rename)\b/i;

/** Completes commands, keywords, and the names of tables and schemas, which are asked for at the first Tab. */
export class Completer {
  readonly #connection: () => Connection | null;
  #known: { readonly of: Connection; readonly catalog: Promise<Catalog> } | null = null;

  constructor(connection: () => Connection | null) {
    this.#connection = connection;
  }

  /** After a statement that may have changed the names. */
  onStatement(sql: string): void {
    if (CHANGES_CATALOG.test(sql)) this.#known = null;
  }

  /** For `node:readline`. Never rejects: without names there are the keywords. */
  async complete(line: string): Promise<Completion> {
    const command = line.trimStart().startsWith('!') ? await completeCommand(line) : null;
    if (command !== null) return command;
    const word = /[\w.$]*$/.exec(line)?.[0] ?? '';
    const { names, keywords } = await this.#catalog();
    const begins = (candidate: string): boolean => candidate.toLowerCase().startsWith(word.toLowerCase());
    const found = names.filter(begins);
    if (word !== '' && !word.includes('.'))
      found.push(...[...KEYWORDS, ...keywords].filter(begins).map(asTyped(word)));
    return [[...new Set(found)].sort(), word];
  }

  #catalog(): Promise<Catalog> {
    const connection = this.#connection();
    if (connection === null) return Promise.resolve({ names: [], keywords: [] });
    if (this.#known?.of !== connection) this.#known = { of: connection, catalog: readCatalog(connection) };
    return this.#known.catalog;
  }
}

/** As the word was begun: `sel` becomes `select`. */
function asTyped(word: string): (keyword: string) => string {
  return word === word.toLowerCase() ? (keyword) => keyword.toLowerCase() : (keyword) => keyword;
}

async function readCatalog(connection: Connection): Promise<Catalog> {
  const keywords = await readKeywords(connection);
  const names = new Set([...(await readSchemas(connection)), ...(await systemNames(connection))]);
  try {
    const operation = await connection.session.getTables({ tableName: '%' });
    try {
      await operation.wait();
      let count = 0;
      for await (const row of operation.rows({ fetchRows: FETCH_ROWS })) {
        const [schema, name] = [row[SCHEMA], row[NAME]].map((value) =>
          typeof value === 'string' ? value : '',
        );
        if (name === undefined || name === '') continue;
        names.add(name);
        if (schema) names.add(`${schema}.`).add(`${schema}.${name}`);
        if (++count === MAX_TABLES) break;
      }
    } finally {
      await operation.close();
    }
  } catch {
    // Completion is a courtesy.
  }
  return { names: [...names], keywords };
}

/** Those too that have no table yet. */
async function readSchemas(connection: Connection): Promise<readonly string[]> {
  try {
    const schemas = await connection.metadata.schemas();
    return schemas.slice(0, MAX_TABLES).map(({ name }) => `${name}.`);
  } catch {
    return [];
  }
}

/** The standard's own tables, which metadata calls leave out. */
async function systemNames(connection: Connection): Promise<readonly string[]> {
  try {
    const dbms = String(await connection.session.info(TGetInfoType.DBMS_NAME));
    return /duckdb|postgres|trino|presto/i.test(dbms) ? INFORMATION_SCHEMA : [];
  } catch {
    return [];
  }
}

async function readKeywords(connection: Connection): Promise<readonly string[]> {
  try {
    const text = String(await connection.session.info(TGetInfoType.ODBC_KEYWORDS));
    return text.split(',').filter((word) => /^\w+$/.test(word) && word !== 'Unimplemented');
  } catch {
    return [];
  }
}
