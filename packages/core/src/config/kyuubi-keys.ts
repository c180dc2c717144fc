/**
 * Keys of Apache Kyuubi up to 1.12 and in its main branch, the hidden ones included, by their first two words. Which of them are honoured here is said by the
 * tables of each area; what is left over is known, and not supported.
 */
const families: Readonly<Record<string, string>> = {
  'kyuubi.authentication':
    '. custom.basic.class custom.bearer.class custom.class jdbc.driver.class jdbc.password jdbc.query jdbc.url ' +
    'jdbc.user ldap.baseDN ldap.binddn ldap.bindpw ldap.customLDAPQuery ldap.domain ldap.groupClassKey ' +
    'ldap.groupDNPattern ldap.groupFilter ldap.groupMembershipKey ldap.guidKey ldap.url ldap.userDNPattern ' +
    'ldap.userFilter ldap.userMembershipKey sasl.qop',
  'kyuubi.backend':
    'engine.exec.pool.keepalive.time engine.exec.pool.shutdown.timeout engine.exec.pool.size ' +
    'engine.exec.pool.wait.queue.size server.event.async.enabled server.event.json.log.path ' +
    'server.event.kafka.close.timeout server.event.kafka.topic server.event.loggers server.exec.pool.keepalive.time ' +
    'server.exec.pool.shutdown.timeout server.exec.pool.size server.exec.pool.wait.queue.size',
  'kyuubi.batch':
    'application.check.interval application.starvation.timeout check.interval conf.ignore.list ' +
    'extra.resource.file.max.size impl.version info.internal.redirect internal.rest.client.connect.timeout ' +
    'internal.rest.client.request.attempt.wait internal.rest.client.request.max.attempts ' +
    'internal.rest.client.socket.timeout resource.file.max.size resource.upload.enabled session.idle.timeout ' +
    'submitter.enabled submitter.threads',
  'kyuubi.config': 'server.only.prefixes',
  'kyuubi.credentials':
    'check.interval hadoopfs.enabled hadoopfs.uris hive.enabled idle.timeout renewal.interval renewal.retry.wait ' +
    'update.wait.timeout',
  'kyuubi.ctl':
    'batch.log.on.failure.timeout batch.log.query.interval rest.auth.schema rest.base.url rest.connect.timeout ' +
    'rest.request.attempt.wait rest.request.max.attempts rest.socket.timeout rest.spnego.host',
  'kyuubi.delegation': 'key.update.interval token.gc.interval token.max.lifetime token.renew.interval',
  'kyuubi.engine':
    'connection.url.use.hostname data.agent.approval.mode data.agent.compaction.trigger.tokens ' +
    'data.agent.extra.classpath data.agent.java.options data.agent.jdbc.url data.agent.max.iterations ' +
    'data.agent.memory data.agent.model data.agent.openai.api.key data.agent.openai.endpoint data.agent.provider ' +
    'data.agent.query.timeout data.agent.tool.call.timeout deregister.exception.classes deregister.exception.messages ' +
    'deregister.exception.ttl deregister.job.max.failures doAs.enabled event.json.log.path event.loggers ' +
    'flink.application.jars flink.doAs.enabled flink.extra.classpath flink.initialize.sql flink.java.options ' +
    'flink.memory hive.deploy.mode hive.event.loggers hive.extra.classpath hive.java.options hive.memory ' +
    'initialize.sql jdbc.connection.password jdbc.connection.propagateCredential jdbc.connection.properties ' +
    'jdbc.connection.provider jdbc.connection.url jdbc.connection.user jdbc.deploy.mode jdbc.driver.class ' +
    'jdbc.extra.classpath jdbc.fetch.size jdbc.initialize.sql jdbc.java.options jdbc.memory ' +
    'jdbc.operation.incremental.collect jdbc.session.initialize.sql jdbc.type keytab kubernetes.submit.timeout ' +
    'operation.convert.catalog.database.enabled operation.log.dir.root pool.ignoreSubdomain pool.name ' +
    'pool.selectPolicy pool.size pool.size.threshold principal security.crypto.cipher security.crypto.ivLength ' +
    'security.crypto.keyAlgorithm security.crypto.keyLength security.enabled security.secret.provider ' +
    'security.secret.provider.simple.secret security.token.max.lifetime session.initialize.sql share.level ' +
    'share.level.sub.domain share.level.subdomain single.spark.session spark.event.loggers spark.initialize.sql ' +
    'spark.operation.incremental.collect spark.output.mode spark.python.env.archive ' +
    'spark.python.env.archive.exec.path spark.python.home.archive spark.register.attributes submit.timeout ' +
    'trino.connection.insecure.enabled trino.connection.keystore.password trino.connection.keystore.path ' +
    'trino.connection.keystore.type trino.connection.password trino.connection.truststore.password ' +
    'trino.connection.truststore.path trino.connection.truststore.type trino.connection.user trino.event.loggers ' +
    'trino.extra.classpath trino.java.options trino.memory trino.operation.incremental.collect type ' +
    'ui.retainedSessions ui.retainedStatements ui.stop.enabled user.isolated.spark.session ' +
    'user.isolated.spark.session.idle.interval user.isolated.spark.session.idle.timeout yarn.app.name yarn.cores ' +
    'yarn.java.options yarn.memory yarn.priority yarn.queue yarn.stagingDir yarn.submit.timeout yarn.tags',
  'kyuubi.event':
    'async.pool.keepalive.time async.pool.size async.pool.wait.queue.size json.log.managePermissions.enabled',
  'kyuubi.frontend':
    'advertised.host bind.host bind.port connection.url.use.hostname data.agent.operation.timeout ' +
    'jetty.sendVersion.enabled max.message.size max.worker.threads min.worker.threads protocols ' +
    'proxy.http.client.ip.header rest.bind.host rest.bind.port rest.engine.ui.proxy.enabled ' +
    'rest.engine.ui.proxy.hosts rest.jetty.stopTimeout rest.legacy.v1.sessionsReturnAllUsers rest.max.worker.threads ' +
    'rest.proxy.jetty.client.idleTimeout rest.proxy.jetty.client.maxConnections rest.proxy.jetty.client.maxThreads ' +
    'rest.proxy.jetty.client.requestBufferSize rest.proxy.jetty.client.responseBufferSize ' +
    'rest.proxy.jetty.client.timeout rest.ui.enabled ssl.keystore.algorithm ssl.keystore.password ssl.keystore.path ' +
    'ssl.keystore.type thrift.binary.bind.host thrift.binary.bind.port thrift.binary.ssl.disallowed.protocols ' +
    'thrift.binary.ssl.enabled thrift.binary.ssl.include.ciphersuites thrift.client.max.message.size ' +
    'thrift.http.bind.host thrift.http.bind.port thrift.http.compression.enabled thrift.http.cookie.auth.enabled ' +
    'thrift.http.cookie.domain thrift.http.cookie.is.httponly thrift.http.cookie.max.age thrift.http.cookie.path ' +
    'thrift.http.max.idle.time thrift.http.path thrift.http.request.header.size thrift.http.response.header.size ' +
    'thrift.http.ssl.exclude.ciphersuites thrift.http.ssl.keystore.password thrift.http.ssl.keystore.path ' +
    'thrift.http.ssl.protocol.blacklist thrift.http.use.SSL thrift.http.xsrf.filter.enabled thrift.max.message.size ' +
    'thrift.max.worker.threads thrift.min.worker.threads thrift.worker.keepalive.time trino.bind.host trino.bind.port ' +
    'trino.jetty.stopTimeout trino.max.worker.threads worker.keepalive.time',
  'kyuubi.ha':
    'addresses client.class engine.ref.id etcd.lease.timeout etcd.ssl.ca.path etcd.ssl.client.certificate.path ' +
    'etcd.ssl.client.key.path etcd.ssl.enabled namespace zookeeper.acl.enabled zookeeper.auth.digest ' +
    'zookeeper.auth.keytab zookeeper.auth.principal zookeeper.auth.serverPrincipal zookeeper.auth.type ' +
    'zookeeper.connection.base.retry.wait zookeeper.connection.max.retries zookeeper.connection.max.retry.wait ' +
    'zookeeper.connection.retry.policy zookeeper.connection.timeout zookeeper.engine.auth.keytab ' +
    'zookeeper.engine.auth.principal zookeeper.engine.auth.type zookeeper.engine.secure.secret.node ' +
    'zookeeper.namespace zookeeper.node.creation.timeout zookeeper.publish.configs zookeeper.quorum ' +
    'zookeeper.session.timeout',
  'kyuubi.internal':
    'security.crypto.cipher security.crypto.ivLength security.crypto.keyAlgorithm security.crypto.keyLength ' +
    'security.enabled security.secret.provider security.secret.provider.simple.secret security.token.max.lifetime',
  'kyuubi.kinit': 'interval keytab max.attempts principal',
  'kyuubi.kubernetes': 'client.initialize.list context.allow.list namespace.allow.list',
  'kyuubi.metadata':
    'cleaner.batch.interval cleaner.batch.size cleaner.enabled cleaner.interval max.age recovery.threads ' +
    'recovery.waitEngineSubmission request.async.retry.enabled request.async.retry.queue.size ' +
    'request.async.retry.threads request.retry.interval search.window store.class store.jdbc.database.schema.init ' +
    'store.jdbc.database.type store.jdbc.driver store.jdbc.password store.jdbc.priority.enabled store.jdbc.url ' +
    'store.jdbc.user',
  'kyuubi.metrics':
    'console.interval enabled json.interval json.location prometheus.labels.instance.enabled prometheus.path ' +
    'prometheus.port reporters slf4j.interval',
  'kyuubi.operation':
    'getTables.ignoreTableProperties idle.timeout incremental.collect interrupt.on.cancel language log.dir.root ' +
    'plan.only.excludes plan.only.mode plan.only.output.style progress.enabled query.timeout ' +
    'query.timeout.monitor.enabled result.arrow.timestampAsString result.format result.max.rows result.saveToFile.dir ' +
    'result.saveToFile.enabled result.saveToFile.minRows result.saveToFile.minSize scheduler.pool ' +
    'spark.listener.enabled status.polling.timeout status.update.interval timeout.pool.keepalive.time ' +
    'timeout.pool.size',
  'kyuubi.server':
    'administrators conf.retrieveMode info.provider limit.batch.connections.per.ipaddress ' +
    'limit.batch.connections.per.user limit.batch.connections.per.user.ipaddress limit.client.fetch.max.rows ' +
    'limit.connections.ip.deny.list limit.connections.per.ipaddress limit.connections.per.user ' +
    'limit.connections.per.user.ipaddress limit.connections.user.deny.list limit.connections.user.unlimited.list ' +
    'limit.engine.startup name periodicGC.interval redaction.regex spark.file.config.list tempFile.expireTime ' +
    'tempFile.maxCount thrift.resultset.default.fetch.size',
  'kyuubi.session':
    'check.interval close.on.disconnect conf.advisor conf.file.reload.interval conf.ignore.list conf.profile ' +
    'conf.restrict.list engine.alive.max.failures engine.alive.probe.enabled engine.alive.probe.interval ' +
    'engine.alive.timeout engine.check.interval engine.flink.fetch.timeout engine.flink.initialize.sql ' +
    'engine.flink.main.resource engine.flink.max.rows engine.hive.main.resource engine.idle.timeout ' +
    'engine.initialize.timeout engine.launch.async engine.log.timeout engine.login.timeout engine.open.max.attempts ' +
    'engine.open.onFailure engine.open.retry.wait engine.share.level engine.spark.initialize.sql ' +
    'engine.spark.main.resource engine.spark.max.initial.wait engine.spark.max.lifetime ' +
    'engine.spark.max.lifetime.gracefulPeriod engine.spark.progress.timeFormat engine.spark.progress.update.interval ' +
    'engine.spark.showProgress engine.startup.destroy.timeout engine.startup.error.max.size ' +
    'engine.startup.maxLogLines engine.startup.waitCompletion engine.trino.connection.catalog ' +
    'engine.trino.connection.url engine.trino.main.resource engine.trino.progress.update.interval ' +
    'engine.trino.showProgress engine.trino.showProgress.debug group.provider idle.timeout local.dir.allow.list name ' +
    'proxy.user timeout user.sign.enabled',
  'kyuubi.spnego': 'keytab principal',
  'kyuubi.zookeeper':
    'embedded.client.port embedded.client.port.address embedded.client.use.hostname embedded.data.dir ' +
    'embedded.data.log.dir embedded.directory embedded.max.client.connections embedded.max.session.timeout ' +
    'embedded.min.session.timeout embedded.port embedded.tick.time',
};

/** A dot alone stands for the family's own name. */
export const kyuubiKeys: ReadonlySet<string> = new Set(
  Object.entries(families).flatMap(([family, names]) =>
    names.split(' ').map((name) => (name === '.' ? family : `${family}.${name}`)),
  ),
);
