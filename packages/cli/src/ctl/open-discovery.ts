import {
  type Conf,
  type DiscoveryClient,
  guardDiscovery,
  haArea,
  LineLogger,
  loadDiscoveryPlugin,
  readArea,
  systemClock,
} from '@senbon/core';

/** A client of the configured plugin. Its warnings go to standard error, so that output stays a table or JSON. */
export async function openDiscovery(conf: Conf, addresses: string): Promise<DiscoveryClient> {
  const ha = readArea(haArea, conf);
  const plugin = await loadDiscoveryPlugin(ha.clientClass);
  const logger = new LineLogger({ write: (line) => process.stderr.write(line), level: 'error' });
  const guarded = guardDiscovery(plugin, { callTimeoutMs: ha.callTimeoutMs, clock: systemClock, logger });
  const { sessionTimeoutMs, connectTimeoutMs } = ha;
  return guarded.open({ addresses, sessionTimeoutMs, connectTimeoutMs, conf: conf.toMap(), logger }, {});
}

/** Opens, works, closes. */
export async function withDiscovery<T>(
  conf: Conf,
  addresses: string,
  work: (client: DiscoveryClient) => Promise<T>,
): Promise<T> {
  const client = await openDiscovery(conf, addresses);
  try {
    return await work(client);
  } finally {
    await client.close().catch(() => {});
  }
}
