import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { Acl, Id } from '../wire/records.ts';
import { authScheme } from './auth-scheme.ts';

export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

const ANYONE: Id = { scheme: 'world', id: 'anyone' };
export const OPEN_ACL: readonly Acl[] = [{ perms: Permission.all, id: ANYONE }];
export const READ_ONLY_ACL: readonly Acl[] = [{ perms: Permission.read, id: ANYONE }];

/** Whether one of the identities has at least one of the wanted permissions. An empty list permits all. */
export function permits(identities: readonly Id[], acl: readonly Acl[], wanted: number): boolean {
  if (acl.length === 0) return true;
  return acl.some(({ perms, id }) => {
    if ((perms & wanted) === 0) return false;
    if (isAnyone(id)) return true;
    const scheme = authScheme(id.scheme);
    if (scheme === undefined) return false;
    return identities.some((own) => own.scheme === id.scheme && scheme.matches(own.id, id.id));
  });
}

/**
 * The list as it will be stored: duplicates dropped, `auth` replaced by what the client has proven to be.
 * @throws RequestError invalidAcl for an empty list, an unknown scheme, a malformed id, or `auth` without proof
 */
export function resolveAcl(identities: readonly Id[], acl: readonly Acl[]): readonly Acl[] {
  const resolved: Acl[] = [];
  for (const entry of dropDuplicates(acl)) {
    if (entry.id.scheme === 'auth') {
      resolved.push(...expandAuth(identities, entry.perms));
    } else if (isAnyone(entry.id) || authScheme(entry.id.scheme)?.isValidId(entry.id.id)) {
      resolved.push(entry);
    } else {
      throw new RequestError(ErrorCode.invalidAcl);
    }
  }
  if (resolved.length === 0) throw new RequestError(ErrorCode.invalidAcl);
  return isOpen(resolved) ? OPEN_ACL : resolved;
}

/** Hides password hashes from a reader who may not change the list. */
export function maskDigests(acl: readonly Acl[]): readonly Acl[] {
  return acl.map(({ perms, id }) =>
    id.scheme === 'digest'
      ? { perms, id: { scheme: id.scheme, id: id.id.replace(/:.*/, ':x') } }
      : { perms, id },
  );
}

function expandAuth(identities: readonly Id[], perms: number): Acl[] {
  const proven = identities.filter(({ scheme }) => authScheme(scheme)?.isProof);
  if (proven.length === 0) throw new RequestError(ErrorCode.invalidAcl);
  return proven.map((id) => ({ perms, id }));
}

function dropDuplicates(acl: readonly Acl[]): Iterable<Acl> {
  const seen = new Map<string, Acl>();
  for (const entry of acl) seen.set(JSON.stringify([entry.perms, entry.id.scheme, entry.id.id]), entry);
  return seen.values();
}

function isAnyone(id: Id): boolean {
  return id.scheme === ANYONE.scheme && id.id === ANYONE.id;
}

/** Nearly every node has the open list; they share one. */
function isOpen(acl: readonly Acl[]): boolean {
  const [only] = acl;
  return acl.length === 1 && only !== undefined && only.perms === Permission.all && isAnyone(only.id);
}
