import { expect, it } from 'vitest';
import { handleFor, HandleMap, nameOf } from './handle-map.ts';

const ID = '00ff10ef-20df-30cf-40bf-50af609f708f';

it('makes a fresh handle each time, and keeps a chosen id with a fresh secret', () => {
  expect(handleFor(null).id).not.toBe(handleFor(null).id);
  const [a, b] = [handleFor(ID), handleFor(ID)];
  expect([a.id, b.id]).toEqual([ID, ID]);
  expect(Buffer.from(a.guid).toString('hex')).toBe(ID.replaceAll('-', ''));
  expect(a.secret).toHaveLength(16);
  expect(a.secret).not.toEqual(b.secret);
});

it('finds by the bytes of the guid, wherever they lie', () => {
  const map = new HandleMap();
  const entry = { handle: handleFor(null), isOwnHandle: true };
  map.add(entry);
  const inMessage = Buffer.concat([Buffer.alloc(3), entry.handle.guid, entry.handle.secret]);
  const identifier = { guid: inMessage.subarray(3, 19), secret: inMessage.subarray(19) };
  expect(map.find(identifier)).toBe(entry);
  expect(map.has(entry.handle)).toBe(true);
  expect(map.values()).toEqual([entry]);
  expect(nameOf(identifier)).toBe(entry.handle.id);
  map.delete(entry);
  expect(map.find(identifier)).toBeNull();
  expect(map.size).toBe(0);
});

it('wants the right secret for its own handles only', () => {
  const map = new HandleMap();
  const own = { handle: handleFor(null), isOwnHandle: true };
  const chosen = { handle: handleFor(ID), isOwnHandle: false };
  map.add(own);
  map.add(chosen);
  for (const secret of [new Uint8Array(16), new Uint8Array(0), own.handle.secret.subarray(1)]) {
    expect(map.find({ guid: own.handle.guid, secret })).toBeNull();
    expect(map.find({ guid: chosen.handle.guid, secret })).toBe(chosen);
  }
});

it('finds nothing by a guid that is no guid', () => {
  const map = new HandleMap();
  map.add({ handle: handleFor(null), isOwnHandle: false });
  expect(map.find({ guid: new Uint8Array(0), secret: new Uint8Array(0) })).toBeNull();
  expect(map.find({ guid: new Uint8Array(1000), secret: new Uint8Array(16) })).toBeNull();
});
