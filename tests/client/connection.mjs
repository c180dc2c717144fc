import { connect } from '@senbon/client';

const urls = {
  binary: ({ host, port }) => `jdbc:hive2://${host}:${port}/default`,
  nosasl: ({ host, port }) => `jdbc:hive2://${host}:${port}/default;auth=noSasl`,
  http: ({ host, port }) => `jdbc:hive2://${host}:${port}/default;transportMode=http;httpPath=cliservice`,
  zooKeeper: ({ host, port }) =>
    `jdbc:hive2://${host}:${port}/default;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi`,
};

/** Where a check connects. Each check opens connections of its own. */
export class Target {
  #at;

  constructor(at) {
    this.#at = at;
    this.sql = at.sql;
  }

  async open(options = {}) {
    const url = urls[this.#at.transport](this.#at);
    return new CheckedConnection(await connect(url, { user: this.#at.user, password: 'x', ...options }));
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

/** What the common checks want of a connection, on top of the client's own, which is `own`. */
class CheckedConnection {
  constructor(own) {
    this.own = own;
    this.metadata = own.metadata;
  }

  query(sql, options) {
    return this.own.query(sql, options);
  }

  async rows(sql, options) {
    return (await this.own.query(sql, options)).toArray();
  }

  async run(sql) {
    await (await this.own.query(sql)).close();
  }

  close() {
    return this.own.close();
  }
}
