import { within } from '@senbon/core/discovery';
import type * as etcd3 from 'etcd3';
import type {
  Etcd3,
  IDuplexStream,
  ILeaseKeepAliveRequest,
  ILeaseKeepAliveResponse,
  ILeaseTimeToLiveResponse,
  IOptions,
  IRangeRequest,
  IRangeResponse,
  ITxnRequest,
  ITxnResponse,
  IWatchRequest,
  IWatchResponse,
} from 'etcd3';
import { EtcdError, EtcdFault, toEtcdError } from './etcd-error.ts';
import type { EtcdLink, LinkFactory, WatchListener } from './etcd-link.ts';
import type { KeyRange } from './keys.ts';

/** A page of records may be this large; gRPC's own bound of 4 MiB is not. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** A link is left at its first failure, so its own pauses only have to be shorter than ours. */
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 1_000;

type Library = typeof etcd3;

export interface Etcd3LinkOptions {
  readonly credentials?: NonNullable<IOptions['credentials']> | undefined;
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
  /** For calls that have no time-out of their own: those by which the library logs in. */
  readonly attemptTimeoutMs: number;
}

/** Links by npm `etcd3`, without its fault handling, which would keep a member that is back out of use for seconds. */
export async function etcd3Links(options: Etcd3LinkOptions): Promise<LinkFactory> {
  const [library, { noop }] = await Promise.all([import('etcd3'), import('cockatiel')]);
  const { credentials, auth, attemptTimeoutMs } = options;
  const callOptions = () => deadlineIn(attemptTimeoutMs);
  return (address) => {
    const etcd = new library.Etcd3({
      hosts: address,
      ...(credentials === undefined ? {} : { credentials }),
      ...(auth === undefined ? {} : { auth: { ...auth, callOptions } }),
      faultHandling: { host: () => noop, global: noop },
      grpcOptions: {
        'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
        'grpc.initial_reconnect_backoff_ms': RECONNECT_MIN_MS,
        'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
        // A new link must not inherit the connection that the old one was left for.
        'grpc.use_local_subchannel_pool': 1,
      },
    });
    return new Etcd3Link(library, etcd, address);
  };
}

class Etcd3Link implements EtcdLink {
  readonly address: string;
  readonly #library: Library;
  readonly #etcd: Etcd3;
  readonly #streams = new Set<{ close(): void }>();

  constructor(library: Library, etcd: Etcd3, address: string) {
    this.#library = library;
    this.#etcd = etcd;
    this.address = address;
  }

  range(request: IRangeRequest, timeoutMs: number): Promise<IRangeResponse> {
    return this.#call(timeoutMs, () => this.#etcd.kv.range(request, deadlineIn(timeoutMs)));
  }

  txn(request: ITxnRequest, timeoutMs: number): Promise<ITxnResponse> {
    return this.#call(timeoutMs, () => this.#etcd.kv.txn(request, deadlineIn(timeoutMs)));
  }

  async grant(ttlSeconds: number, timeoutMs: number, id = '0') {
    const request = { TTL: ttlSeconds, ID: id };
    const granted = await this.#call(timeoutMs, () =>
      this.#etcd.leaseClient.leaseGrant(request, deadlineIn(timeoutMs)),
    );
    return { id: granted.ID, ttlSeconds: Number(granted.TTL) };
  }

  timeToLive(leaseId: string, timeoutMs: number): Promise<ILeaseTimeToLiveResponse> {
    return this.#call(timeoutMs, () =>
      this.#etcd.leaseClient.leaseTimeToLive({ ID: leaseId }, deadlineIn(timeoutMs)),
    );
  }

  async revoke(leaseId: string, timeoutMs: number): Promise<void> {
    await this.#call(timeoutMs, () =>
      this.#etcd.leaseClient.leaseRevoke({ ID: leaseId }, deadlineIn(timeoutMs)),
    );
  }

  /** A stream for one question, so that its deadline finds a member that is silent. */
  keepAlive(leaseId: string, timeoutMs: number): Promise<number> {
    return this.#call(timeoutMs, async () => {
      const stream = await this.#etcd.leaseClient.leaseKeepAlive(deadlineIn(timeoutMs));
      return firstTtl(stream, leaseId);
    });
  }

  watch(range: KeyRange, listener: WatchListener): { close(): void } {
    let stream: IDuplexStream<IWatchRequest, IWatchResponse> | null = null;
    let isOver = false;
    const handle = {
      close: (): void => {
        isOver = true;
        this.#streams.delete(handle);
        stream?.cancel();
      },
    };
    const end = (error: unknown): void => {
      if (isOver) return;
      handle.close();
      listener.onEnd(this.#toError(error));
    };
    this.#streams.add(handle);
    this.#etcd.watchClient.watch().then((opened) => {
      stream = opened;
      opened.on('error', end);
      opened.on('end', () => end(lost('the watch was ended by the server')));
      opened.on('data', (answer) => {
        if (isOver) return;
        if (answer.canceled) end(cancelled(answer));
        else if (answer.created) listener.onCreated();
        else if (answer.events.length > 0) listener.onEvents();
      });
      if (isOver) opened.cancel();
      else opened.write({ create_request: { ...range } });
    }, end);
    return handle;
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#etcd.close();
  }

  /** The library's log-in has only its own deadline, hence the second one. */
  async #call<T>(timeoutMs: number, call: () => Promise<T>): Promise<T> {
    const onTimeout = (): Error => lost(`${this.address} did not answer within ${Math.round(timeoutMs)} ms`);
    try {
      return await within(call(), { timeoutMs, onTimeout });
    } catch (error) {
      throw this.#toError(error);
    }
  }

  #toError(error: unknown): EtcdError {
    if (!(error instanceof Error)) return toEtcdError(error, false);
    const cast = error instanceof EtcdError ? error : this.#library.castGrpcError(error);
    const isTransient =
      this.#library.isRecoverableError(cast) || cast instanceof this.#library.ClientClosedError;
    return toEtcdError(cast, isTransient);
  }
}

function firstTtl(
  stream: IDuplexStream<ILeaseKeepAliveRequest, ILeaseKeepAliveResponse>,
  leaseId: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.on('data', (answer) => {
      resolve(Number(answer.TTL));
      stream.end();
    });
    stream.on('error', reject);
    stream.on('end', () => reject(lost('the lease was not answered for')));
    stream.write({ ID: leaseId });
  });
}

function deadlineIn(timeoutMs: number): { deadline: Date } {
  return { deadline: new Date(Date.now() + timeoutMs) };
}

function lost(why: string): EtcdError {
  return new EtcdError(EtcdFault.connection, why);
}

function cancelled({ cancel_reason: reason }: IWatchResponse): EtcdError {
  return toEtcdError(new Error(reason === '' ? 'the watch was cancelled by the server' : reason), false);
}
