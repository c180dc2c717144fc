import type {
  IRangeRequest,
  IRangeResponse,
  ITxnRequest,
  ITxnResponse,
  ILeaseTimeToLiveResponse,
} from 'etcd3';
import type { EtcdError } from './etcd-error.ts';
import type { KeyRange } from './keys.ts';

export interface WatchListener {
  /** The server watches now: everything from here on is told. */
  readonly onCreated: () => void;
  readonly onEvents: () => void;
  /** Once; nothing comes after it. */
  readonly onEnd: (why: EtcdError) => void;
}

/** The way to one member of the cluster. Every call rejects with `EtcdError`, within `timeoutMs`. */
export interface EtcdLink {
  readonly address: string;
  range(request: IRangeRequest, timeoutMs: number): Promise<IRangeResponse>;
  txn(request: ITxnRequest, timeoutMs: number): Promise<ITxnResponse>;
  /** The id of the new lease, and the seconds it was granted for. */
  grant(ttlSeconds: number, timeoutMs: number, id?: string): Promise<{ id: string; ttlSeconds: number }>;
  /** The seconds it lives on; 0 = it is gone. */
  keepAlive(leaseId: string, timeoutMs: number): Promise<number>;
  timeToLive(leaseId: string, timeoutMs: number): Promise<ILeaseTimeToLiveResponse>;
  revoke(leaseId: string, timeoutMs: number): Promise<void>;
  watch(range: KeyRange, listener: WatchListener): { close(): void };
  close(): void;
}

/** Opens the way to a member; connects when it is first used. */
export type LinkFactory = (address: string) => EtcdLink;
