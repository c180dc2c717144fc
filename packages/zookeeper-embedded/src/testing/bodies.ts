import { OPEN_ACL } from '../tree/acl.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import {
  AuthPacket,
  CreateRequest,
  MultiHeader,
  PathRequest,
  PathTypeRequest,
  PathVersionRequest,
  PathWatchRequest,
} from '../wire/records.ts';
import type { Acl } from '../wire/records.ts';

/** Writes a request's body. */
export type Body = (writer: JuteWriter) => void;

export function creating(path: string, flags = 0, acl: readonly Acl[] = OPEN_ACL): Body {
  return (writer) => CreateRequest.write(writer, { path, data: null, acl, flags });
}

export function at(path: string): Body {
  return (writer) => PathRequest.write(writer, { path });
}

export function reading(path: string): Body {
  return (writer) => PathWatchRequest.write(writer, { path, watch: false });
}

export function watching(path: string): Body {
  return (writer) => PathWatchRequest.write(writer, { path, watch: true });
}

export function expecting(path: string, version = -1): Body {
  return (writer) => PathVersionRequest.write(writer, { path, version });
}

/** For addWatch, checkWatches and removeWatches. */
export function typed(path: string, type: number): Body {
  return (writer) => PathTypeRequest.write(writer, { path, type });
}

export function authenticating(scheme: string, auth: string): Body {
  return (writer) => AuthPacket.write(writer, { type: 0, scheme, auth: Buffer.from(auth) });
}

/** The list of a multi or a multiRead. */
export function listing(...ops: readonly (readonly [type: number, body: Body])[]): Body {
  return (writer) => {
    for (const [type, body] of ops) {
      MultiHeader.write(writer, { type, done: false, err: -1 });
      body(writer);
    }
    MultiHeader.write(writer, { type: -1, done: true, err: -1 });
  };
}
