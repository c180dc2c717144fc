import { bool, duration, int, interval, key, list, oneOf, text } from '../config/area.ts';

/** Kyuubi's class name of the one advisor there is here. */
export const FILE_ADVISOR = 'org.apache.kyuubi.session.FileSessionConfAdvisor';

export const profileArea = {
  advisors: key(
    'kyuubi.session.conf.advisor',
    list.refine((names) => names.every((name) => name === FILE_ADVISOR), `only ${FILE_ADVISOR} is available`),
    '',
    `Who may overrule the confs of a session: \`${FILE_ADVISOR}\`, or nobody.`,
  ),
  profiles: key(
    'kyuubi.session.conf.profile',
    list,
    '',
    'With that advisor: confs of `$KYUUBI_CONF_DIR/kyuubi-session-<profile>.conf` for each name in this list win over what the client sends; later ones win. A client may name them, and so may a default of the server. A profile without a file is left out. What an engine that is shared reads of `kyuubi.*` at its start they do not reach.',
  ),
  reloadIntervalMs: key(
    'kyuubi.session.conf.file.reload.interval',
    duration,
    'PT10M',
    'How long such a file is kept before it is read anew; 0: it is read for each session.',
  ),
} as const;

export const sessionArea = {
  checkIntervalMs: key(
    'kyuubi.session.check.interval',
    interval,
    'PT5M',
    'How often idle sessions and operations are looked for.',
  ),
  idleTimeoutMs: key(
    'kyuubi.session.idle.timeout',
    duration,
    'PT6H',
    'A session without a call for this long is closed; 0 = never.',
  ),
  closeOnDisconnect: key(
    'kyuubi.session.close.on.disconnect',
    bool,
    'true',
    'Close the sessions of a binary connection when it drops.',
  ),
  launchAsync: key(
    'kyuubi.session.engine.launch.async',
    bool,
    'true',
    'Answer OpenSession before the engine is there; drivers show the launch log meanwhile.',
  ),
  restrictList: key(
    'kyuubi.session.conf.restrict.list',
    list,
    '',
    'Confs (or prefixes ending in .*) that make OpenSession fail when a client sends them.',
  ),
  ignoreList: key(
    'kyuubi.session.conf.ignore.list',
    list,
    '',
    'Confs (or prefixes ending in .*) that are dropped when a client sends them.',
  ),
  operationIdleTimeoutMs: key(
    'kyuubi.operation.idle.timeout',
    duration,
    'PT3H',
    'A finished operation untouched for this long is closed.',
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
  fetchMaxRows: key(
    'kyuubi.server.limit.client.fetch.max.rows',
    int(1),
    null,
    'Largest maxRows a client may ask for in one FetchResults.',
  ),
  infoProvider: key(
    'kyuubi.server.info.provider',
    oneOf(['ENGINE', 'SERVER']),
    'ENGINE',
    'Who answers GetInfo.',
  ),
  groupProvider: key(
    'kyuubi.session.group.provider',
    text,
    'user',
    'Where share level GROUP has a user’s primary group from: `user`, every user is its own group; `hadoop`, the accounts of the gateway’s machine (`id -gn`), as Hadoop does by default; or the package of a plugin. An answer is kept for five minutes. (Kyuubi: hadoop.)',
  ),
  connectionsPerUser: key(
    'kyuubi.server.limit.connections.per.user',
    int(1),
    null,
    'Most open sessions of one user.',
  ),
  connectionsPerIp: key(
    'kyuubi.server.limit.connections.per.ipaddress',
    int(1),
    null,
    'Most open sessions from one client address.',
  ),
  connectionsPerUserIp: key(
    'kyuubi.server.limit.connections.per.user.ipaddress',
    int(1),
    null,
    'Most open sessions of one user from one client address.',
  ),
  unlimitedUsers: key(
    'kyuubi.server.limit.connections.user.unlimited.list',
    list,
    '',
    'Users to whom these limits do not apply.',
  ),
  deniedUsers: key(
    'kyuubi.server.limit.connections.user.deny.list',
    list,
    '',
    'Users who may not open sessions.',
  ),
  deniedIps: key(
    'kyuubi.server.limit.connections.ip.deny.list',
    list,
    '',
    'Client addresses that may not open sessions.',
  ),
} as const;
