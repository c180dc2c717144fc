import { bool, duration, int, type Key, key, list, port, SenbonError, text } from '@senbon/core';

/** What an engine process reads from the conf its launcher hands it. */
export const engineHostArea = {
  bindHost: key(
    'kyuubi.frontend.thrift.binary.bind.host',
    text,
    '127.0.0.1',
    'Address an engine listens on; a gateway passes on what `kyuubi.engine.frontend.bind.host` says.',
  ),
  bindPort: key('kyuubi.frontend.thrift.binary.bind.port', port, '0', 'Port of an engine; 0 = any free one.'),
  advertisedHost: key(
    'kyuubi.frontend.advertised.host',
    text,
    null,
    'Host an engine registers, where it differs; a gateway passes on `kyuubi.engine.frontend.advertised.host`.',
  ),
  useHostname: key(
    'kyuubi.frontend.connection.url.use.hostname',
    bool,
    'true',
    'An engine that listens on all addresses registers the name of its machine rather than its IP address.',
  ),
  maxMessageBytes: key(
    'kyuubi.frontend.thrift.max.message.size',
    int(1024, 0x7fff_ffff),
    '104857600',
    'Largest request an engine accepts, in bytes; checked before memory is taken.',
  ),
  requestMemoryBytes: key(
    'kyuubi.engine.frontend.request.memory',
    int(1_048_576),
    '536870912',
    'Most bytes of requests above 64 KiB that arrive at an engine or are served at a time; a gateway that would exceed it is disconnected. (ours)',
  ),
  maxConnections: key(
    'kyuubi.engine.frontend.max.connections',
    int(1, 1_000_000),
    '4096',
    'Most open connections of an engine; further ones are turned away. (ours)',
  ),
  loginTimeoutMs: key(
    'kyuubi.session.engine.login.timeout',
    duration,
    'PT15S',
    'A connection that has not finished its SASL handshake by then is closed.',
  ),
  stallTimeoutMs: key(
    'kyuubi.engine.frontend.stall.timeout',
    duration,
    'PT15M',
    'A gateway that takes nothing of a reply for this long is disconnected. Longer than the gateway’s own, which holds the engine back while a client is slow. (ours)',
  ),
  securityEnabled: key(
    'kyuubi.internal.security.enabled',
    bool,
    'true',
    'Engines accept only gateways of their server space, by token. (Kyuubi: false.)',
  ),
  tokenLifetimeMs: key(
    'kyuubi.internal.security.token.max.lifetime',
    duration,
    'PT10M',
    'A token older than this is refused.',
  ),
  defaultFetchSize: key(
    'kyuubi.server.thrift.resultset.default.fetch.size',
    int(1),
    '1000',
    'Fetch size announced to drivers that ask for none.',
  ),
  shareLevel: key('kyuubi.engine.share.level', text, 'USER', 'Who shares an engine.'),
  engineName: key('kyuubi.engine.name', text, null, 'The engine’s name for people.'),
  idleTimeoutMs: key(
    'kyuubi.session.engine.idle.timeout',
    duration,
    'PT30M',
    'An engine without a session for this long ends by itself; 0 = never.',
  ),
  checkIntervalMs: key(
    'kyuubi.session.engine.check.interval',
    duration,
    'PT1M',
    'How often an engine looks whether it is idle.',
  ),
  drainTimeoutMs: key(
    'kyuubi.engine.drain.timeout',
    duration,
    'PT6H',
    'An engine whose node was deleted serves its sessions for at most this long. (ours)',
  ),
  shutdownTimeoutMs: key(
    'kyuubi.backend.engine.exec.pool.shutdown.timeout',
    duration,
    'PT10S',
    'After SIGTERM, how long running statements and unread results may go on.',
  ),
  discoveryLostTimeoutMs: key(
    'kyuubi.engine.discovery.lost.timeout',
    duration,
    'PT1M',
    'An engine that serves nobody ends after this time without service discovery. (ours)',
  ),
  gatewayLostTimeoutMs: key(
    'kyuubi.engine.gateway.lost.timeout',
    duration,
    'PT1M',
    'Sessions of a gateway that has had no connection to the engine for this time are closed: it has died. 0: they stay until they are idle for too long. (ours)',
  ),
  sessionIdleTimeoutMs: key(
    'kyuubi.session.idle.timeout',
    duration,
    'PT6H',
    'A session without a call for this long is closed; 0 = never.',
  ),
  sessionCheckIntervalMs: key(
    'kyuubi.session.check.interval',
    duration,
    'PT5M',
    'How often idle sessions and operations are looked for.',
  ),
  closeOnDisconnect: key(
    'kyuubi.session.close.on.disconnect',
    bool,
    'true',
    'Close a session when the connection that opened it drops.',
  ),
  operationIdleTimeoutMs: key(
    'kyuubi.operation.idle.timeout',
    duration,
    'PT3H',
    'A finished operation untouched for this long is closed; 0 = never.',
  ),
  queryTimeoutMs: key(
    'kyuubi.operation.query.timeout',
    duration,
    null,
    'Upper bound of every statement; the smaller of it and the client’s own counts.',
  ),
  statusPollMs: key(
    'kyuubi.operation.status.polling.timeout',
    duration,
    'PT1S',
    'How long GetOperationStatus waits for a change. (Kyuubi: PT5S; shorter makes a cancel from another thread feel instant.)',
  ),
  progressEnabled: key(
    'kyuubi.operation.progress.enabled',
    bool,
    'true',
    'Tell clients that ask for it how far a statement has come. (Kyuubi: false.)',
  ),
  resultMaxRows: key(
    'kyuubi.operation.result.max.rows',
    int(0),
    '0',
    'Rows after which a result ends; 0 = all.',
  ),
  runningStatements: key(
    'kyuubi.backend.engine.exec.pool.size',
    int(1, 100_000),
    '100',
    'Statements an engine runs at once.',
  ),
  waitingStatements: key(
    'kyuubi.backend.engine.exec.pool.wait.queue.size',
    int(0, 100_000),
    '100',
    'Statements that may wait for that; further ones are refused.',
  ),
  rewindAlways: key(
    'kyuubi.engine.result.rewind.always',
    bool,
    'false',
    'Keep every result for FETCH_FIRST and FETCH_PRIOR. Otherwise those above 4 MiB are kept only for clients that begin with FETCH_FIRST. (ours)',
  ),
  rewindMemoryBytes: key(
    'kyuubi.engine.result.rewind.memory',
    int(0),
    '268435456',
    'Memory an engine keeps read rows in, for FETCH_FIRST and FETCH_PRIOR, in bytes; what does not fit goes to temporary files. (ours)',
  ),
  rewindFileBytes: key(
    'kyuubi.engine.result.rewind.file.size',
    int(0),
    '1073741824',
    'Most that is kept of one result, in bytes. A larger one cannot be rewound. (ours)',
  ),
  discoveryClass: key(
    'kyuubi.ha.client.class',
    text,
    '@senbon/discovery-zk',
    'Package of the discovery plugin. Kyuubi’s class names are accepted.',
  ),
  discoveryAddresses: key('kyuubi.ha.addresses', text, '', 'Ensemble of service discovery.'),
  discoverySessionTimeoutMs: key(
    'kyuubi.ha.zookeeper.session.timeout',
    int(1000),
    '60000',
    'Discovery session time-out, in milliseconds.',
  ),
  discoveryConnectTimeoutMs: key(
    'kyuubi.ha.zookeeper.connection.timeout',
    int(100),
    '15000',
    'Time to connect to discovery, in milliseconds.',
  ),
  discoveryCallTimeoutMs: key(
    'kyuubi.ha.call.timeout',
    duration,
    'PT30S',
    'A call to service discovery that has not ended by then fails, whatever its plugin does about it. (ours)',
  ),
  inheritedEnvironment: key(
    'kyuubi.engine.env.inherit',
    list,
    '',
    'Environment variables, comma-separated, that an engine inherits from its gateway besides those that programs, Java, Hadoop and Spark need; `AWS_*` stands for all that begin so, but for secrets, which are to be named in full. (ours)',
  ),
  sessionInitializeSql: key(
    'kyuubi.engine.session.initialize.sql',
    list,
    '',
    'Statements run when a session opens, comma-separated.',
  ),
} as const;

/**
 * The value of `entry` from the first of `confs` that has it, else `fallback`: for keys that a session or a statement
 * may set for itself. Throws CONFIG_INVALID.
 */
export function overriddenBy<T>(
  entry: Key<T>,
  fallback: T,
  ...confs: readonly (ReadonlyMap<string, string> | undefined)[]
): T {
  for (const conf of confs) {
    const value = conf?.get(entry.name);
    if (value === undefined) continue;
    const parsed = entry.parse.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new SenbonError('CONFIG_INVALID', {
      key: entry.name,
      value: JSON.stringify(value),
      where: 'session',
      problem: parsed.error.issues.map((issue) => issue.message).join('; '),
    });
  }
  return fallback;
}
