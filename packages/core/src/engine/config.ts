import { bool, duration, int, key, oneOf, secretKey, text } from '../config/area.ts';

export const SHARE_LEVELS = ['CONNECTION', 'USER', 'GROUP', 'SERVER', 'SERVER_LOCAL'] as const;
export type ShareLevel = (typeof SHARE_LEVELS)[number];

/** Read from the server's configuration with the session's confs laid over it, so a session may choose its engine. */
export const engineArea = {
  type: key(
    'kyuubi.engine.type',
    text,
    null,
    'Engine type of new sessions. Unset: SPARK_SQL when SPARK_HOME is set, else DUCKDB.',
  ),
  shareLevel: key('kyuubi.engine.share.level', oneOf(SHARE_LEVELS), 'USER', 'Who shares an engine.'),
  subdomain: key(
    'kyuubi.engine.share.level.subdomain',
    text,
    null,
    'Separates engines of the same share level; `default` when unset.',
  ),
  spaceVersion: key(
    'kyuubi.engine.space.version',
    text,
    'senbon-1',
    'The version in engine-space names. Set it to a Kyuubi version to share engines with that Kyuubi. (ours)',
  ),
  initializeTimeoutMs: key(
    'kyuubi.session.engine.initialize.timeout',
    duration,
    'PT3M',
    'An engine that has not registered itself by then is killed.',
  ),
  loginTimeoutMs: key(
    'kyuubi.session.engine.login.timeout',
    duration,
    'PT15S',
    'Time for connecting to an engine, handshake included.',
  ),
  openMaxAttempts: key(
    'kyuubi.session.engine.open.max.attempts',
    int(1, 100),
    '9',
    'Attempts at opening a session on an engine, relaunches included.',
  ),
  openRetryWaitMs: key(
    'kyuubi.session.engine.open.retry.wait',
    duration,
    'PT10S',
    'Wait between these attempts while the engine does not answer, or is dead and its node is kept.',
  ),
  openOnFailure: key(
    'kyuubi.session.engine.open.onFailure',
    oneOf(['RETRY', 'DEREGISTER_IMMEDIATELY', 'DEREGISTER_AFTER_RETRY']),
    'DEREGISTER_IMMEDIATELY',
    'What to do with the node of a dead engine, one at whose address nobody listens. One that only does not answer in time keeps its node. (Kyuubi: RETRY, which keeps clients waiting for a dead engine.)',
  ),
  maxLogLines: key(
    'kyuubi.session.engine.startup.maxLogLines',
    int(1, 10_000),
    '10',
    'Last lines of a failed launch that go into the error.',
  ),
  maxErrorBytes: key(
    'kyuubi.session.engine.startup.error.max.size',
    int(200, 1_000_000),
    '8192',
    'Most characters of such an error.',
  ),
  maxConnections: key(
    'kyuubi.engine.max.connections',
    int(1, 10_000),
    '256',
    'Most connections of this gateway to one engine; calls beyond them wait. (ours)',
  ),
  connectionWaitMs: key(
    'kyuubi.engine.connection.wait.timeout',
    duration,
    'PT1M',
    'How long a call waits for such a connection. (ours)',
  ),
  idleConnections: key(
    'kyuubi.engine.idle.connections',
    int(1, 10_000),
    '8',
    'Idle connections kept open to an engine; further ones are closed after a second without use. By the last one an engine knows that the gateway lives. (ours)',
  ),
  callTimeoutMs: key(
    'kyuubi.engine.call.timeout',
    duration,
    'PT10M',
    'A call to an engine that brings no byte for this long fails. (ours)',
  ),
  maxMessageBytes: key(
    'kyuubi.frontend.thrift.client.max.message.size',
    int(1024, 0x7fff_ffff),
    '1073741824',
    'Largest reply accepted from an engine, in bytes.',
  ),
} as const;

export const POOL_POLICIES = ['RANDOM', 'POLLING', 'LEAST_LOADED'] as const;

/** Read like `engineArea`. */
export const enginePoolArea = {
  size: key(
    'kyuubi.engine.pool.size',
    int(-1, 0x7fff_ffff),
    '-1',
    'Engines among which the sessions of one share level are spread: subdomains `<pool name>-0`, `-1` and on. Below 1: no pool. CONNECTION has none.',
  ),
  sizeThreshold: key(
    'kyuubi.engine.pool.size.threshold',
    int(1, 10_000),
    '9',
    'Most engines of a pool, whatever a session asks for. No session can set it.',
  ),
  name: key('kyuubi.engine.pool.name', text, 'engine-pool', 'What the subdomains of a pool begin with.'),
  selectPolicy: key(
    'kyuubi.engine.pool.selectPolicy',
    oneOf(POOL_POLICIES),
    'RANDOM',
    'RANDOM; POLLING, one after the other, counted by all gateways together in discovery; or LEAST_LOADED, the one with the fewest open sessions of this gateway (ours).',
  ),
  ignoreSubdomain: key(
    'kyuubi.engine.pool.ignoreSubdomain',
    bool,
    'false',
    'Use the pool even where `kyuubi.engine.share.level.subdomain` is set.',
  ),
} as const;

/** Read from the server's configuration alone. */
export const launchLimitArea = {
  startups: key(
    'kyuubi.server.limit.engine.startup',
    int(1, 100_000),
    null,
    'Most engines this gateway launches at once. Further launches wait, each for `kyuubi.session.engine.initialize.timeout` at most, before their own time begins. Unset: no limit.',
  ),
} as const;

/** Read from the server's configuration alone: where engines can be reached is not for their users to say. */
export const engineAddressArea = {
  bindHost: key(
    'kyuubi.engine.frontend.bind.host',
    text,
    null,
    'Address engines listen on. Unset: all addresses, so that gateways on other hosts reach them; 127.0.0.1 with the embedded ZooKeeper, or when every address in `kyuubi.ha.addresses` is a loopback one. (ours)',
  ),
  advertisedHost: key(
    'kyuubi.engine.frontend.advertised.host',
    text,
    null,
    'Host engines register, where it differs from their bind host and from the name or address of the machine they run on. (ours)',
  ),
  useHostname: key(
    'kyuubi.engine.connection.url.use.hostname',
    bool,
    'true',
    'Engines that listen on all addresses register the name of their machine rather than its IP address.',
  ),
} as const;

export const securityArea = {
  enabled: key(
    'kyuubi.internal.security.enabled',
    bool,
    'true',
    'Engines accept only gateways of their server space, by token. (Kyuubi: false.)',
  ),
  provider: key(
    'kyuubi.internal.security.secret.provider',
    oneOf(['FILE', 'ZOOKEEPER', 'SIMPLE']),
    null,
    'Where the secret behind the tokens is kept: FILE (in the work dir, mode 0600; the default with an embedded ZooKeeper), ZOOKEEPER (in discovery; the default otherwise) or SIMPLE.',
  ),
  simpleSecret: secretKey(
    'kyuubi.internal.security.secret.provider.simple.secret',
    'The secret itself, for provider SIMPLE.',
  ),
  secretNode: key(
    'kyuubi.ha.zookeeper.engine.secure.secret.node',
    text,
    null,
    'Path of the secret in discovery, for provider ZOOKEEPER; `/<namespace>_secret` when unset.',
  ),
  tokenLifetimeMs: key(
    'kyuubi.internal.security.token.max.lifetime',
    duration,
    'PT10M',
    'A token older than this is refused.',
  ),
} as const;
