import { bool, duration, int, interval, key, list, oneOf, text } from '../config/area.ts';
import { LOST_ACTIONS } from './discovery-loss.ts';

export const haArea = {
  addresses: key(
    'kyuubi.ha.addresses',
    text,
    null,
    'Ensemble of service discovery, host:port[,host:port]; for etcd also URLs. Unset: an embedded ZooKeeper is started.',
  ),
  clientPort: key(
    'kyuubi.ha.zookeeper.client.port',
    int(1, 65_535),
    null,
    'Port for addresses that name none (older form, with kyuubi.ha.zookeeper.quorum).',
  ),
  namespace: key('kyuubi.ha.namespace', text, 'kyuubi', 'The server space: its gateways register under it.'),
  clientClass: key(
    'kyuubi.ha.client.class',
    text,
    '@senbon/discovery-zk',
    'Package of the discovery plugin: `@senbon/discovery-zk`, `@senbon/discovery-etcd` or another. Kyuubi’s class names are accepted.',
  ),
  sessionTimeoutMs: key(
    'kyuubi.ha.zookeeper.session.timeout',
    int(1000),
    '60000',
    'Discovery session time-out, in milliseconds.',
  ),
  connectTimeoutMs: key(
    'kyuubi.ha.zookeeper.connection.timeout',
    int(100),
    '15000',
    'Time to connect to discovery, in milliseconds.',
  ),
  callTimeoutMs: key(
    'kyuubi.ha.call.timeout',
    duration,
    'PT30S',
    'A call to service discovery that has not ended by then fails, whatever its plugin does about it. (ours)',
  ),
  lostAction: key(
    'kyuubi.ha.lost.action',
    oneOf(LOST_ACTIONS),
    'WAIT',
    'When service discovery has been away for longer than the session time-out: WAIT serves on and registers again when it is back, DRAIN ends gracefully, as Kyuubi does. (ours)',
  ),
  loadIntervalMs: key(
    'kyuubi.ha.load.report.interval',
    duration,
    'PT5S',
    'How often at most a gateway says beside the server space how many sessions it has, for clients that choose by it, and as which process, for gateways of the same machine that see it die; 0 = never. (ours)',
  ),
  publishConfigs: key(
    'kyuubi.ha.zookeeper.publish.configs',
    bool,
    'false',
    'Publish Hive’s k=v data instead of host:port.',
  ),
  advertise: key(
    'kyuubi.ha.advertise',
    list,
    null,
    'Which frontends are registered in which namespace, as THRIFT_BINARY=kyuubi,THRIFT_HTTP=kyuubi_http; without a namespace in kyuubi.ha.namespace. Unset: THRIFT_BINARY. (ours)',
  ),
} as const;

export const lifecycleArea = {
  drainDeadlineMs: key(
    'kyuubi.server.drain.deadline',
    duration,
    'PT1H',
    'A draining gateway stops at the latest after this time, whoever is still connected. (ours)',
  ),
  drainCheckMs: key(
    'kyuubi.server.drain.report.interval',
    interval,
    'PT10S',
    'How often a draining gateway says how many sessions are left. (ours)',
  ),
} as const;
