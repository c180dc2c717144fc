import { backoffMs, deferred, pause } from '@senbon/core/discovery';
import type { EtcdClient } from './etcd-client.ts';
import { EtcdError, isFault } from './etcd-error.ts';
import type { KeyRange } from './keys.ts';

const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 2_000;

/**
 * Says that something under some keys may have changed, through the loss of any member, until it is closed. It says so
 * too whenever it begins to watch, so who reads then misses nothing: no revision has to be kept, none can be compacted away.
 */
export class KeyWatch {
  readonly #client: EtcdClient;
  readonly #range: KeyRange;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #onClosing = (): void => this.close();

  constructor(client: EtcdClient, range: KeyRange, onChange: () => void) {
    this.#client = client;
    this.#range = range;
    this.#onChange = onChange;
    client.closing.addEventListener('abort', this.#onClosing, { once: true });
    if (client.closing.aborted) this.close();
    void this.#follow();
  }

  close(): void {
    this.#client.closing.removeEventListener('abort', this.#onClosing);
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; failures++) {
      const link = this.#client.link;
      const { why, hasWatched } = await this.#watchOnce();
      if (this.#stop.signal.aborted) return;
      if (isFault(why, 'connection')) this.#client.linkFailed(link, why);
      if (hasWatched) failures = 0;
      await pause(backoffMs(failures, RETRY_BASE_MS, RETRY_MAX_MS), this.#stop.signal);
    }
  }

  /** Resolves when the stream has ended, another link is in use, or nobody wants it any more. */
  async #watchOnce(): Promise<{ why: EtcdError; hasWatched: boolean }> {
    let hasWatched = false;
    const ended = deferred<EtcdError>();
    const tell = (): void => {
      if (!this.#stop.signal.aborted) this.#onChange();
    };
    const stream = this.#client.link.watch(this.#range, {
      onCreated: () => {
        hasWatched = true;
        tell();
      },
      onEvents: tell,
      onEnd: ended.resolve,
    });
    const leave = (): void => ended.resolve(new EtcdError('refused', 'not wanted any more'));
    const offLink = this.#client.onLink(leave);
    this.#stop.signal.addEventListener('abort', leave, { once: true });
    const why = await ended.promise;
    this.#stop.signal.removeEventListener('abort', leave);
    offLink();
    stream.close();
    return { why, hasWatched };
  }
}
