import { SenbonError } from '../errors/senbon-error.ts';
import type { Elsewhere } from '../frontend/thrift-service.ts';
import type { ReplySink } from '../relay/reply-sink.ts';
import type { ClientContext } from '../session/client-context.ts';
import type { Neighbour } from './neighbour.ts';

/**
 * The process before this one and the one after it. For a while both accept connections at the same sockets, and clients keep
 * some to either: a call may come to the one while its session is at the other. It travels in one direction only, so that it
 * comes to an end where nobody knows the session.
 */
export class Neighbours implements Elsewhere {
  readonly before: Neighbour | null;
  after: Neighbour | null = null;

  constructor(before: Neighbour | null) {
    this.before = before;
  }

  async serve(message: Uint8Array, client: ClientContext, sink: ReplySink): Promise<boolean> {
    const { before, after } = this;
    let failure: SenbonError | null = null;
    if (before !== null && client.cameFrom !== 'before') {
      try {
        if (await before.serve(message, { ...client, cameFrom: 'after' }, sink)) return true;
      } catch (error) {
        failure = SenbonError.from(error);
      }
    }
    if (after !== null && client.cameFrom !== 'after') {
      if (await after.serve(message, { ...client, cameFrom: 'before' }, sink)) return true;
    }
    // Only now, as the one after it might have had the session.
    if (failure !== null) throw failure;
    return false;
  }

  close(): void {
    this.before?.close();
    this.after?.close();
  }
}
