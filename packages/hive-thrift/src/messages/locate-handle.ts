import { asBuffer, ByteReader } from '../bytes/byte-reader.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';
import type { Envelope } from './envelope.ts';

export interface HandleLocation {
  /** Where the 16 bytes of the guid stand. */
  readonly guidOffset: number;
  /** Where the 16 bytes of the secret stand. */
  readonly secretOffset: number;
}

const HANDLE_PART_BYTES = 16;

/**
 * Finds the session or operation handle of a call without decoding it: argument 1, its field 1 (the handle), that one's
 * field 1 (THandleIdentifier), and therein guid 1 and secret 2. `null` when there is none or it is not 2 x 16 bytes.
 *
 * Whoever forwards the bytes after checking this handle must be sure that the receiver sees the same one. Thrift readers
 * take the last of two fields with one id, and go on after the end of a message; so a field on the way that comes twice
 * throws `duplicate-field`, bytes after the message throw `trailing-bytes`.
 */
export function locateHandle(bytes: Uint8Array, envelope: Envelope): HandleLocation | null {
  const reader = new ByteReader(bytes, envelope.bodyOffset);
  const location = locate(reader, bytes, 0);
  if (reader.remaining > 0) {
    throw new ThriftProtocolError(
      'trailing-bytes',
      `${reader.remaining} bytes after the end of ${envelope.method}`,
    );
  }
  return location;
}

/** Levels: 0 the arguments, 1 the request, 2 the handle, 3 its identifier. */
function locate(reader: ByteReader, bytes: Uint8Array, level: number): HandleLocation | null {
  if (level === 3) return locateParts(reader, bytes);
  let found: HandleLocation | null = null;
  let seen = false;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    if (reader.i16() !== 1 || type !== WireType.STRUCT) {
      reader.skip(type);
      continue;
    }
    if (seen) throw duplicate(1, reader);
    seen = true;
    found = locate(reader, bytes, level + 1);
  }
  return found;
}

function locateParts(reader: ByteReader, bytes: Uint8Array): HandleLocation | null {
  let guidOffset = -1;
  let secretOffset = -1;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const id = reader.i16();
    const start = reader.offset;
    reader.skip(type);
    if (type !== WireType.STRING || (id !== 1 && id !== 2)) continue;
    if ((id === 1 ? guidOffset : secretOffset) >= 0) throw duplicate(id, reader);
    if (asBuffer(bytes).readInt32BE(start) !== HANDLE_PART_BYTES) return passOver(reader);
    if (id === 1) guidOffset = start + 4;
    else secretOffset = start + 4;
  }
  return guidOffset < 0 || secretOffset < 0 ? null : { guidOffset, secretOffset };
}

/** Reads on to the end of the struct, so that what follows is still checked. */
function passOver(reader: ByteReader): null {
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    reader.i16();
    reader.skip(type);
  }
  return null;
}

function duplicate(id: number, reader: ByteReader): ThriftProtocolError {
  return new ThriftProtocolError(
    'duplicate-field',
    `field ${id} of a handle comes twice, at ${reader.offset}`,
  );
}
