import { describe, expect, it } from 'vitest';
import { CAPTURED_EXCHANGE } from '../testing/captured-exchange.ts';
import type { Codec } from './codec.ts';
import { JuteError, JuteReader } from './jute-reader.ts';
import { JuteWriter } from './jute-writer.ts';
import { OpCode } from './op-code.ts';
import * as records from './records.ts';

function bodies(from: 'client' | 'server'): Buffer[] {
  return CAPTURED_EXCHANGE.filter((packet) => packet.from === from).map(({ hex }) =>
    Buffer.from(hex, 'hex').subarray(4),
  );
}

function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new JuteWriter(1 << 20);
  codec.write(writer, value);
  return Buffer.from(writer.finish());
}

const REQUEST_BODIES = new Map<number, Codec<never>>([
  [OpCode.auth, records.AuthPacket],
  [OpCode.create, records.CreateRequest],
  [OpCode.create2, records.CreateRequest],
  [OpCode.delete, records.PathVersionRequest],
  [OpCode.getData, records.PathWatchRequest],
  [OpCode.exists, records.PathWatchRequest],
  [OpCode.getChildren2, records.PathWatchRequest],
  [OpCode.setData, records.SetDataRequest],
  [OpCode.getAcl, records.PathRequest],
  [OpCode.addWatch, records.PathTypeRequest],
  [OpCode.getEphemerals, records.PathRequest],
] as never);

describe('records, against a captured exchange', () => {
  it('reads the connect request and its answer, and writes the same bytes', () => {
    const [request] = bodies('client');
    const [response] = bodies('server');
    const asked = records.ConnectRequest.read(new JuteReader(request!));
    expect(asked).toMatchObject({ protocolVersion: 0, lastZxidSeen: 0, timeOut: 12_000, sessionId: 0n });
    expect(encode(records.ConnectRequest, asked)).toEqual(request!.subarray(0, -1));
    const granted = records.ConnectResponse.read(new JuteReader(response!));
    expect(granted).toMatchObject({ timeOut: 12_000, sessionId: 0x0100_0023_2349_0105n });
    expect(granted.passwd).toHaveLength(16);
    expect(encode(records.ConnectResponse, granted)).toEqual(response!.subarray(0, -1));
  });

  it('reads every request to its last byte and writes the same bytes', () => {
    const seen = new Set<number>();
    for (const packet of bodies('client').slice(1)) {
      const reader = new JuteReader(packet);
      const { type } = records.RequestHeader.read(reader);
      const codec = REQUEST_BODIES.get(type);
      if (codec === undefined) continue;
      seen.add(type);
      const value = codec.read(reader);
      expect(reader.remaining).toBe(0);
      expect(encode(codec, value)).toEqual(packet.subarray(8));
    }
    expect(seen.size).toBe(REQUEST_BODIES.size);
  });

  it('reads a stat', () => {
    const reply = bodies('server').find((packet) => packet.readInt32BE(0) === 3)!;
    const reader = new JuteReader(reply.subarray(16));
    const { data, stat } = records.DataResponse.read(reader);
    expect(reader.remaining).toBe(0);
    expect(data?.toString()).toBe('one');
    expect(stat).toEqual({
      czxid: 0x1c1b,
      mzxid: 0x1c1b,
      ctime: 0x1a2_07ab_ccba,
      mtime: 0x1a2_07ab_ccba,
      version: 0,
      cversion: 1,
      aversion: 0,
      ephemeralOwner: 0n,
      dataLength: 3,
      numChildren: 1,
      pzxid: 0x1c1c,
    });
  });

  it('refuses a request cut anywhere', () => {
    for (const packet of bodies('client').slice(1)) {
      const codec = REQUEST_BODIES.get(packet.readInt32BE(4));
      if (codec === undefined) continue;
      for (let end = 8; end < packet.length; end += 1) {
        expect(() => codec.read(new JuteReader(packet.subarray(8, end)))).toThrow(JuteError);
      }
    }
  });
});
