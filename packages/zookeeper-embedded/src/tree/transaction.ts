import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { Acl, Id } from '../wire/records.ts';
import { permits, resolveAcl } from './acl.ts';

/** Whom a change is made for. Null identities are the server's own: everything is permitted. */
export interface Actor {
  readonly sessionId: bigint;
  readonly identities: readonly Id[] | null;
}

export const SERVER_ACTOR: Actor = { sessionId: 0n, identities: null };

/** A change that watches may have waited for. The lists are those at the moment of the change. */
export interface TreeEvent {
  readonly kind: 'created' | 'deleted' | 'dataChanged';
  readonly path: string;
  readonly acl: readonly Acl[];
  readonly parentAcl: readonly Acl[];
}

/** One or more changes under one zxid: collects what watchers must hear, and how to take it all back. */
export class Transaction {
  readonly zxid: number;
  readonly timeMs: number;
  readonly actor: Actor;
  #events: TreeEvent[] = [];
  #undo: (() => void)[] = [];

  constructor(zxid: number, timeMs: number, actor: Actor) {
    this.zxid = zxid;
    this.timeMs = timeMs;
    this.actor = actor;
  }

  get events(): readonly TreeEvent[] {
    return this.#events;
  }

  /** @throws RequestError noAuth */
  demand(acl: readonly Acl[], permission: number): void {
    const { identities } = this.actor;
    if (identities !== null && !permits(identities, acl, permission))
      throw new RequestError(ErrorCode.noAuth);
  }

  /** @throws RequestError invalidAcl */
  resolveAcl(acl: readonly Acl[]): readonly Acl[] {
    return resolveAcl(this.actor.identities ?? [], acl);
  }

  record(event: TreeEvent, undo: () => void): void {
    this.#events.push(event);
    this.#undo.push(undo);
  }

  /** For a change that no watch waits for. */
  recordSilent(undo: () => void): void {
    this.#undo.push(undo);
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
    this.#events = [];
  }
}
