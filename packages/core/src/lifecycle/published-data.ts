interface PublishedEndpoint {
  readonly host: string;
  readonly port: number;
  readonly authentication: string;
}

export type PublishedFrontend = PublishedEndpoint &
  ({ readonly mode: 'binary'; readonly saslQop: string } | { readonly mode: 'http'; readonly path: string });

/**
 * A server node's data in the form HiveServer2 publishes (`kyuubi.ha.zookeeper.publish.configs`): drivers
 * take host, port and mode from it.
 */
export function publishedConfigs(frontend: PublishedFrontend): string {
  return Object.entries({
    'hive.server2.thrift.bind.host': frontend.host,
    'hive.server2.transport.mode': frontend.mode,
    ...endpointOf(frontend),
    'hive.server2.authentication': frontend.authentication,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join(';');
}

function endpointOf(frontend: PublishedFrontend): Record<string, string> {
  if (frontend.mode === 'binary') {
    return {
      'hive.server2.thrift.port': String(frontend.port),
      'hive.server2.thrift.sasl.qop': frontend.saslQop,
    };
  }
  // Never thrift.port, which wins over the HTTP port in every driver.
  return {
    'hive.server2.thrift.http.port': String(frontend.port),
    'hive.server2.thrift.http.path': frontend.path,
    'hive.server2.use.SSL': 'false',
  };
}
