import { SenbonError } from '../errors/senbon-error.ts';
import { type Handle, idOf, isSameSecret } from './handle.ts';
import type { Operation } from './operation.ts';
import type { Session } from './session.ts';

/** What an operation handle stands for: an operation on an engine, or the launch of a session's engine. */
export type OperationRef =
  | { readonly kind: 'engine'; readonly session: Session; readonly operation: Operation }
  | { readonly kind: 'launch'; readonly session: Session };

/**
 * All sessions and operations this gateway knows, by handle. The one place that knows where their records are kept:
 * today in memory.
 */
export class SessionDirectory {
  readonly #sessions = new Map<string, Session>();
  readonly #operations = new Map<string, Operation>();
  readonly #launches = new Map<string, Session>();
  readonly #bySpace = new Map<string, number>();

  get size(): number {
    return this.#sessions.size;
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Sessions in the engine space at `path`. */
  countIn(path: string): number {
    return this.#bySpace.get(path) ?? 0;
  }

  addSession(session: Session): void {
    this.#count(session, 1);
    this.#sessions.set(session.id, session);
    this.#launches.set(session.launch.handle.id, session);
  }

  removeSession(session: Session): void {
    if (this.#sessions.delete(session.id)) this.#count(session, -1);
    this.#launches.delete(session.launch.handle.id);
    for (const operation of session.operations.values()) this.removeOperation(operation);
  }

  /** Throws SESSION_NOT_FOUND when the session was closed while its engine started the operation: nobody would remove it. */
  addOperation(operation: Operation): void {
    const { id } = operation.session;
    if (!this.#sessions.has(id)) throw new SenbonError('SESSION_NOT_FOUND', { id });
    this.#operations.set(operation.handle.id, operation);
    operation.session.operations.set(operation.handle.id, operation);
  }

  removeOperation(operation: Operation): void {
    operation.deadline?.cancel();
    this.#operations.delete(operation.handle.id);
    operation.session.operations.delete(operation.handle.id);
  }

  #count({ spec }: Session, delta: number): void {
    const { path } = spec.space;
    const count = this.countIn(path) + delta;
    if (count > 0) this.#bySpace.set(path, count);
    else this.#bySpace.delete(path);
  }

  /** Throws SESSION_NOT_FOUND, HANDLE_FORBIDDEN. */
  sessionOf(handle: Handle, user: string | null): Session {
    const id = idOf(handle.guid);
    const session = this.#sessions.get(id);
    if (session === undefined || !isSameSecret(session.spec.handle.secret, handle.secret)) {
      throw new SenbonError('SESSION_NOT_FOUND', { id });
    }
    return authorize(session, user, `SessionHandle [${id}]`);
  }

  /** Throws OPERATION_NOT_FOUND, HANDLE_FORBIDDEN. */
  operationOf(handle: Handle, user: string | null): OperationRef {
    const id = idOf(handle.guid);
    const name = `OperationHandle [${id}]`;
    const operation = this.#operations.get(id);
    if (operation !== undefined && isSameSecret(operation.handle.secret, handle.secret)) {
      return { kind: 'engine', session: authorize(operation.session, user, name), operation };
    }
    const session = this.#launches.get(id);
    if (session !== undefined && isSameSecret(session.launch.handle.secret, handle.secret)) {
      return { kind: 'launch', session: authorize(session, user, name) };
    }
    throw new SenbonError('OPERATION_NOT_FOUND', { id });
  }
}

/** A handle that leaked is still of no use to somebody else. */
function authorize(session: Session, user: string | null, handle: string): Session {
  if (session.spec.authenticatedUser === user) return session;
  throw new SenbonError('HANDLE_FORBIDDEN', { user: user ?? 'anonymous', handle });
}
