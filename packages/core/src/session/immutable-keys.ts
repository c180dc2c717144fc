/**
 * Server keys that a client's session conf cannot override; they are dropped with a warning, as in Kyuubi. Whole families
 * are given by prefix, single keys by name.
 */
const prefixes = [
  'kyuubi.kinit.',
  'kyuubi.spnego.',
  'kyuubi.credentials.',
  'kyuubi.frontend.',
  'kyuubi.authentication',
  'kyuubi.kubernetes.context.allow.',
  'kyuubi.kubernetes.namespace.allow.',
  'kyuubi.kubernetes.client.initialize.',
  'kyuubi.batch.impl.',
  'kyuubi.batch.info.internal.',
  'kyuubi.batch.internal.',
  'kyuubi.batch.resource.',
  'kyuubi.batch.extra.resource.file.',
  'kyuubi.batch.submitter.',
  'kyuubi.metadata.',
  'kyuubi.backend.server.event.',
  'kyuubi.server.limit.',
  'kyuubi.internal.security.',
  'kyuubi.engine.security.',
  'kyuubi.ha.',
  'kyuubi.zookeeper.embedded.',
  // What would run as the gateway's account (`NODE_OPTIONS`).
  'kyuubi.engineEnv.',
  'kyuubi.engine.env.',
  // Bounds of an engine process, which it reads once; upstream has no such keys.
  'kyuubi.engine.frontend.',
  'kyuubi.engine.result.rewind.',
] as const;

const names: ReadonlySet<string> = new Set([
  // The administrator's limits on what SQL may do to an engine and its machine.
  'kyuubi.engine.duckdb.database',
  'kyuubi.engine.duckdb.read.only',
  'kyuubi.engine.duckdb.memory.limit',
  'kyuubi.engine.duckdb.threads',
  'kyuubi.engine.duckdb.external.access',
  'kyuubi.engine.duckdb.allowed.directories',
  'kyuubi.engine.duckdb.global.settings',
  'kyuubi.engine.duckdb.temp.directory',
  'kyuubi.engine.duckdb.result.max.materialized.bytes',
  'kyuubi.engine.duckdb.result.max.spooled.bytes',
  'kyuubi.engine.duckdb.result.max.spooled.total.bytes',
  'kyuubi.engine.drain.timeout',
  'kyuubi.engine.discovery.lost.timeout',
  'kyuubi.engine.gateway.lost.timeout',
  'kyuubi.session.local.dir.allow.list',
  'kyuubi.session.conf.restrict.list',
  'kyuubi.session.conf.ignore.list',
  'kyuubi.server.spark.file.config.list',
  'kyuubi.operation.query.timeout.monitor.enabled',
  'kyuubi.operation.log.dir.root',
  'kyuubi.engine.pool.size.threshold',
  'kyuubi.engine.space.version',
  'kyuubi.server.name',
  'kyuubi.config.server.only.prefixes',
  'kyuubi.server.redaction.regex',
  'kyuubi.server.conf.retrieveMode',
  'kyuubi.server.periodicGC.interval',
  'kyuubi.server.tempFile.expireTime',
  'kyuubi.server.tempFile.maxCount',
  'kyuubi.server.administrators',
  'kyuubi.server.thrift.resultset.default.fetch.size',
  // The gateway sets these itself; a client that could would take over handles or identities.
  'kyuubi.session.handle',
  'kyuubi.session.real.user',
  'kyuubi.session.connection.url',
]);

/** Drivers send this one as a hint; it is theirs to send even though it looks like a server key. */
const allowed: ReadonlySet<string> = new Set(['hive.server2.thrift.resultset.default.fetch.size']);

export function isImmutable(key: string): boolean {
  if (allowed.has(key)) return false;
  return names.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
