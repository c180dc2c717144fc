import type { DiscoveryClient } from '@senbon/core';
import { Etcd3 } from 'etcd3';
import { EtcdDiscoveryClient } from '../etcd-discovery-client.ts';

/** Makes etcd forget the client's lease, as if it had been out of reach for too long. */
export async function expireSession(client: DiscoveryClient, address: string): Promise<void> {
  if (!(client instanceof EtcdDiscoveryClient)) throw new TypeError('not a client of this plugin');
  const other = new Etcd3({ hosts: address });
  try {
    await other.leaseClient.leaseRevoke({ ID: client.leaseId });
  } finally {
    other.close();
  }
}
