import { zooKeeperEnsemble } from './ensembles.ts';
import { faultTests } from './fault-tests.ts';

faultTests('three ZooKeeper servers', zooKeeperEnsemble);
