import { etcdEnsemble } from './ensembles.ts';
import { faultTests } from './fault-tests.ts';

faultTests('three members of etcd', etcdEnsemble);
