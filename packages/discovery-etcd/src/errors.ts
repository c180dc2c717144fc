import { SenbonError } from '@senbon/core';
import { type Translated, translator } from '@senbon/core/discovery';
import { EtcdError, type EtcdFault } from './client/etcd-error.ts';

const advice: Readonly<Partial<Record<EtcdFault, string>>> = {
  credentials: 'check kyuubi.ha.etcd.user and kyuubi.ha.etcd.password',
  denied: 'the user of kyuubi.ha.etcd.user needs a role that may read and write there',
};

/** The port's face of a failure: etcd's refusals become `DISCOVERY_FAILED`, ours and an abort's reason pass. */
export function discoveryError(error: unknown, path: string): unknown {
  if (!(error instanceof EtcdError)) return error;
  const text = advice[error.fault];
  const problem = text === undefined ? error.message : `${error.message}; ${text}`;
  return new SenbonError('DISCOVERY_FAILED', { path, problem }, { cause: error });
}

export const translated: Translated = translator(discoveryError);
