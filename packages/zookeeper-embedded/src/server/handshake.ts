import type { JuteReader } from '../wire/jute-reader.ts';
import { encodePacket } from '../wire/packet-framer.ts';
import { ConnectRequest, ConnectResponse } from '../wire/records.ts';

/** A connect request is some 45 bytes; nothing larger is taken before there is a session. */
export const MAX_CONNECT_BYTES = 1024;
const NO_PASSWORD = Buffer.alloc(16);

export interface ConnectPacket {
  readonly request: ConnectRequest;
  /** Clients before 3.4 do not send the `readOnly` byte and do not read one either. */
  readonly hasReadOnly: boolean;
}

/** @throws JuteError */
export function readConnect(reader: JuteReader): ConnectPacket {
  const request = ConnectRequest.read(reader);
  return { request, hasReadOnly: reader.remaining > 0 };
}

/** What a client gets: a time-out of 0 is how it learns that its session has expired. */
export type Grant = { readonly sessionId: bigint; readonly password: Buffer; readonly timeoutMs: number };

export function encodeConnectResponse(grant: Grant | null, hasReadOnly: boolean): Buffer {
  return encodePacket(MAX_CONNECT_BYTES, (writer) => {
    ConnectResponse.write(writer, {
      protocolVersion: 0,
      timeOut: grant?.timeoutMs ?? 0,
      sessionId: grant?.sessionId ?? 0n,
      passwd: grant?.password ?? NO_PASSWORD,
    });
    if (hasReadOnly) writer.writeBool(false);
  });
}
