import { Buffer } from 'node:buffer';
import { SaslError } from './frame.ts';

export interface SaslCredentials {
  /** Whom to act for; empty in most drivers, the user itself in some. */
  readonly authzid: string;
  readonly user: string;
  readonly password: string;
}

export const PLAIN_MECHANISM = 'PLAIN';

/** RFC 4616: `[authzid] NUL user NUL password`. */
export function encodePlain(credentials: SaslCredentials): Uint8Array {
  for (const part of [credentials.authzid, credentials.user, credentials.password]) {
    if (part.includes('\0')) throw new SaslError('user and password must not contain a NUL character');
  }
  return Buffer.from(`${credentials.authzid}\0${credentials.user}\0${credentials.password}`, 'utf8');
}

/** Takes `user NUL password` as well, as Hive's own server does. */
export function decodePlain(payload: Uint8Array): SaslCredentials {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    throw new SaslError('user or password are not UTF-8');
  }
  const parts = text.split('\0');
  if (parts.length === 2) parts.unshift('');
  const [authzid, user, password] = parts;
  if (parts.length !== 3 || authzid === undefined || user === undefined || password === undefined) {
    throw new SaslError(`SASL PLAIN wants [authzid] NUL user NUL password, ${parts.length} parts came`);
  }
  return { authzid, user, password };
}
