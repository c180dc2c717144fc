/** Older and more general names of keys, in the order they are tried. The one table of them. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'kyuubi.ha.addresses': ['kyuubi.ha.zookeeper.quorum'],
  'kyuubi.ha.namespace': ['kyuubi.ha.zookeeper.namespace'],
  'kyuubi.frontend.thrift.binary.bind.host': ['kyuubi.frontend.bind.host'],
  'kyuubi.frontend.thrift.binary.bind.port': ['kyuubi.frontend.bind.port'],
  'kyuubi.frontend.thrift.http.bind.host': ['kyuubi.frontend.bind.host'],
  'kyuubi.frontend.rest.bind.host': ['kyuubi.frontend.bind.host'],
  // Whoever binds the frontends to one address does not mean the embedded ZooKeeper to be open to all.
  'kyuubi.zookeeper.embedded.client.port.address': ['kyuubi.frontend.bind.host'],
  'kyuubi.frontend.thrift.max.message.size': ['kyuubi.frontend.max.message.size'],
  'kyuubi.engine.share.level': ['kyuubi.session.engine.share.level'],
  'kyuubi.engine.share.level.subdomain': ['kyuubi.engine.share.level.sub.domain'],
  'kyuubi.session.idle.timeout': ['kyuubi.session.timeout'],
  'kyuubi.zookeeper.embedded.client.port': ['kyuubi.zookeeper.embedded.port'],
  'kyuubi.internal.security.enabled': ['kyuubi.engine.security.enabled'],
  'kyuubi.internal.security.secret.provider': ['kyuubi.engine.security.secret.provider'],
  'kyuubi.internal.security.secret.provider.simple.secret': [
    'kyuubi.engine.security.secret.provider.simple.secret',
  ],
  'kyuubi.internal.security.token.max.lifetime': ['kyuubi.engine.security.token.max.lifetime'],
  'kyuubi.server.thrift.resultset.default.fetch.size': ['hive.server2.thrift.resultset.default.fetch.size'],
};

/** Every older and more general name. */
export function aliasNames(): readonly string[] {
  return Object.values(aliases).flat();
}

export function aliasesOf(key: string): readonly string[] {
  return aliases[key] ?? [];
}
