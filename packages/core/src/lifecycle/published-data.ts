export interface PublishedFrontend {
  readonly host: string;
  readonly port: number;
  readonly authentication: string;
  readonly saslQop: string;
}

/**
 * A server node's data in the form HiveServer2 publishes (`kyuubi.ha.zookeeper.publish.configs`): drivers
 * take host, port and mode from it.
 */
export function publishedConfigs(frontend: PublishedFrontend): string {
  return Object.entries({
    'hive.server2.thrift.bind.host': frontend.host,
    'hive.server2.transport.mode': 'binary',
    'hive.server2.thrift.port': String(frontend.port),
    'hive.server2.thrift.sasl.qop': frontend.saslQop,
    'hive.server2.authentication': frontend.authentication,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join(';');
}
