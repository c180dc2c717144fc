import {
  type Area,
  authArea,
  type Conf,
  engineAddressArea,
  engineArea,
  enginePoolArea,
  frontendArea,
  haArea,
  KeyCheck,
  launchLimitArea,
  lifecycleArea,
  type Logger,
  profileArea,
  securityArea,
  sessionArea,
} from '@senbon/core';
import { etcdArea } from '@senbon/discovery-etcd';
import { zooKeeperArea } from '@senbon/discovery-zk';
import { duckDbArea } from '@senbon/engine-duckdb';
import { engineHostArea } from '@senbon/engine-host';
import { sparkArea } from '@senbon/engine-spark';
import { embeddedZooKeeperArea } from './embedded-discovery.ts';

export interface Chapter {
  readonly title: string;
  readonly area: Area;
  readonly note?: string;
}

/** Every key of this distribution, in the order of docs/configuration.md. */
export const chapters: readonly Chapter[] = [
  { title: 'Frontends', area: frontendArea },
  { title: 'Authentication', area: authArea },
  { title: 'Service discovery and high availability', area: haArea },
  { title: 'ZooKeeper', area: zooKeeperArea },
  {
    title: 'etcd',
    area: etcdArea,
    note: 'With kyuubi.ha.client.class=@senbon/discovery-etcd (or org.apache.kyuubi.ha.client.etcd.EtcdDiscoveryClient); kyuubi.ha.addresses then holds members as host:port or URLs.',
  },
  { title: 'Embedded ZooKeeper', area: embeddedZooKeeperArea },
  { title: 'Lifecycle of the gateway', area: lifecycleArea },
  { title: 'Sessions and operations', area: sessionArea },
  { title: 'Profiles of sessions', area: profileArea },
  { title: 'Finding and launching engines', area: { ...engineArea, ...launchLimitArea } },
  { title: 'Engine pools', area: enginePoolArea },
  {
    title: 'Where engines listen',
    area: engineAddressArea,
    note: 'Of the server alone: a session cannot set them.',
  },
  { title: 'Security between gateways and engines', area: securityArea },
  {
    title: 'Inside an engine process',
    area: engineHostArea,
    note: 'Read by engines from the configuration they are launched with: the server’s, with the opening session’s over it. Frontend keys here are an engine’s own; the gateway does not pass its on.',
  },
  { title: 'Spark engines', area: sparkArea },
  { title: 'DuckDB engines', area: duckDbArea },
];

/** Read beside the areas: set by one process for another, or of clients. */
const OTHER_KEYS = [
  'kyuubi.ha.engine.ref.id',
  'kyuubi.engine.submit.time',
  'kyuubi.session.real.user',
] as const;

export function keyCheck(): KeyCheck {
  const names = chapters.flatMap(({ area }) => Object.values(area).map(({ name }) => name));
  return new KeyCheck([...names, ...OTHER_KEYS]);
}

/** A key that has no effect is said once, at the start; it does not keep a gateway from starting. */
export function warnOfUselessKeys(conf: Conf, logger: Logger): void {
  const log = logger.named('config.KyuubiConf');
  for (const warning of keyCheck().warningsFor(conf)) log.warn(warning);
}
