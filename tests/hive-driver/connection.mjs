import hive from 'hive-driver';

const { TCLIService, TCLIService_types: types } = hive.thrift;
const utils = new hive.HiveUtils(types);

export { types };

const transports = {
  binary: ({ user }) => [
    new hive.connections.TcpConnection(),
    new hive.auth.PlainTcpAuthentication({ username: user, password: 'x' }),
  ],
  nosasl: () => [new hive.connections.TcpConnection(), new hive.auth.NoSaslAuthentication()],
  http: ({ user }) => [
    new hive.connections.HttpConnection(),
    new hive.auth.PlainHttpAuthentication({ username: user, password: 'x' }),
  ],
};

/** Where a check connects. Each check opens connections of its own. */
export class Target {
  #at;

  constructor(at) {
    this.#at = at;
    this.sql = at.sql;
  }

  async open() {
    const { transport, host, port, user } = this.#at;
    const client = new hive.HiveClient(TCLIService, types);
    // Calls that wait fail by themselves; without a listener the event would end the program.
    client.on('error', () => undefined);
    const options = transport === 'http' ? { path: '/cliservice' } : {};
    await client.connect({ host, port, options }, ...transports[transport](this.#at));
    const connection = new Connection(client, user);
    await connection.openSession();
    return connection;
  }

  async with(use) {
    const connection = await this.open();
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

/** A client with one session at a time. */
export class Connection {
  session;
  #user;

  constructor(client, user) {
    this.client = client;
    this.#user = user;
  }

  async openSession() {
    this.session = await this.client.openSession({
      client_protocol: types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10,
      username: this.#user,
    });
  }

  /** Runs a statement to its end, as the driver's documentation does. */
  async execute(sql, options = {}) {
    const operation = await this.session.executeStatement(sql, { runAsync: true, ...options });
    await ready(operation);
    return operation;
  }

  /** As arrays, in the order of the columns. */
  async rows(sql) {
    const rows = await rowsOf(await this.execute(sql));
    return rows.map(Object.values);
  }

  async run(sql) {
    await (await this.execute(sql)).close();
  }

  async close() {
    try {
      await this.session.close();
    } finally {
      this.client.close();
    }
  }
}

export async function ready(operation) {
  await utils.waitUntilReady(operation, true, () => undefined);
}

/** All rows as objects, of a statement or of a metadata call; closes the operation. */
export async function rowsOf(operation) {
  await ready(operation);
  await utils.fetchAll(operation);
  const rows = utils.getResult(operation).getValue();
  await operation.close();
  return rows;
}

/** The rows of one fetch as arrays. */
export async function nextRows(operation) {
  await operation.fetch();
  const rows = utils.getResult(operation).getValue().map(Object.values);
  operation.flush();
  return rows;
}
