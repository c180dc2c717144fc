import { SenbonError } from '@senbon/core';
import { type Translated, translator } from '@senbon/core/discovery';
import { ZkCode, ZkError } from './client/zk-error.ts';

const advice: Readonly<Record<number, string>> = {
  [ZkCode.noAuth]:
    'its access control list forbids that; check kyuubi.ha.zookeeper.auth.type and kyuubi.ha.zookeeper.auth.digest',
  [ZkCode.invalidAcl]:
    'the server refused the access control list; check that kyuubi.ha.zookeeper.auth.digest is set',
  [ZkCode.badArguments]: 'the path is not valid: it must begin with / and must not end with it',
  [ZkCode.noChildrenForEphemerals]: 'its parent is the ephemeral node of a server or engine',
  [ZkCode.notEmpty]: 'the node has children',
};

/** The port's face of a failure: ZooKeeper's codes become `DISCOVERY_FAILED`, ours and an abort's reason pass. */
export function discoveryError(error: unknown, path: string): unknown {
  if (!(error instanceof ZkError)) return error;
  const text = advice[error.zkCode];
  const problem = text === undefined ? error.message : `${text} (ZooKeeper code ${error.zkCode})`;
  return new SenbonError('DISCOVERY_FAILED', { path, problem }, { cause: error });
}

export const translated: Translated = translator(discoveryError);
