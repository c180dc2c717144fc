import { createRequire } from 'node:module';
import { join } from 'node:path';

const NULL = '<null>';

/** Where a check connects. jshs2 knows NOSASL alone, and speaks the version that its generated code is of. */
export class Target {
  #at;
  #jshs2;
  #hiveVer;

  constructor(at, { folder, hiveVer }) {
    this.#at = at;
    this.#hiveVer = hiveVer;
    this.#jshs2 = createRequire(join(folder, 'package.json'))('jshs2');
    this.sql = at.sql;
  }

  async open(maxRows) {
    const { Configuration, HiveConnection, HiveCursor, IDLContainer } = this.#jshs2;
    const { host, port, user } = this.#at;
    const names = { auth: 'NOSASL', host, port, username: user, nullStr: NULL, maxRows };
    const configuration = new Configuration({ ...names, hiveVer: this.#hiveVer, thriftVer: '0.9.3' });
    const idl = new IDLContainer();
    await idl.initialize(configuration);
    const connection = new HiveConnection(configuration, idl);
    await connection.connect();
    return new Connection(connection, () => new HiveCursor(configuration, connection));
  }

  async with(use, maxRows) {
    const connection = await this.open(maxRows);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

export class Connection {
  constructor(connection, cursor) {
    this.connection = connection;
    this.cursor = cursor;
    this.types = connection.IDL.ServiceType;
  }

  get states() {
    return this.types.TOperationState;
  }

  /** Runs a statement to its end, whatever that is, and resolves to its cursor. */
  async execute(sql) {
    const cursor = this.cursor();
    await cursor.execute(sql);
    await this.ended(cursor);
    return cursor;
  }

  async ended(cursor) {
    const { INITIALIZED_STATE, PENDING_STATE, RUNNING_STATE } = this.states;
    for (;;) {
      const state = await cursor.getOperationStatus();
      if (![INITIALIZED_STATE, PENDING_STATE, RUNNING_STATE].includes(state)) return state;
    }
  }

  async rows(sql) {
    return this.rowsOf(await this.execute(sql));
  }

  async rowsOf(cursor) {
    const rows = [];
    for (let block = await fetch(cursor); block.length > 0; block = await fetch(cursor)) rows.push(...block);
    await cursor.close();
    return rows.map((row) => row.map((value) => (value === NULL ? null : value)));
  }

  async run(sql) {
    const cursor = this.cursor();
    // Synchronously, for the driver does not tell why an operation failed later.
    await cursor.execute(sql, false);
    await cursor.close();
  }

  /** jshs2 has no metadata calls of its own; its generated client does. Resolves to rows and column names. */
  async metadata(method, request = {}) {
    const { connection } = this;
    const call = new this.types[`T${method}Req`]({ ...request, sessionHandle: connection.SessionHandle });
    const answer = await new Promise((resolve, reject) => {
      connection.Client[method](call, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (answer.status.statusCode === this.types.TStatusCode.ERROR_STATUS)
      throw Object.assign(new Error(answer.status.errorMessage), { response: answer });
    const cursor = this.cursor();
    cursor.OperationHandle = answer.operationHandle;
    const columns = (await cursor.getSchema()).map(({ columnName }) => columnName);
    return { columns, rows: await this.rowsOf(cursor) };
  }

  async close() {
    await this.connection.close();
  }
}

/** The driver resolves to the error when a fetch fails. */
export async function fetch(cursor) {
  const block = await cursor.fetchBlock();
  if (block.rows === undefined) throw block;
  return block.rows;
}
