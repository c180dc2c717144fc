import { expect, it } from 'vitest';
import { CAPTURED_EXCHANGE } from '../testing/captured-exchange.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { encodeReply } from '../wire/packet-framer.ts';
import { WatcherEvent } from '../wire/records.ts';

/** The zxid before the captured session's first change. */
const ZXID_BEFORE = 0x1c1a;
/** Early enough for a server's first zxid to be below that one. */
const START_MS = Date.UTC(2025, 0, 1, 0, 0, 0, 1);

/** Times are the one thing that cannot be the same. */
function masked(hex: string): string {
  const ownTime = BigInt(START_MS).toString(16).padStart(16, '0');
  return hex.replaceAll(ownTime, '(time)').replaceAll(/000001a207[0-9a-f]{6}/g, '(time)');
}

it('a captured session, played again, gets the replies and events of the real server, byte for byte', () => {
  const { database, client, processor } = new ProcessorHarness(new FakeClock(START_MS));
  while (database.lastZxid < ZXID_BEFORE) database.takeZxid();
  const [, connectResponse, ...rest] = CAPTURED_EXCHANGE;
  client.sessionId = BigInt(`0x${connectResponse!.hex.slice(24, 40)}`);
  client.identities.push({ scheme: 'ip', id: '127.0.0.1' });

  const ours: string[] = [];
  const theirs: string[] = [];
  client.notify = ({ type, path, zxid }) => {
    const event = encodeReply(100, { xid: -1, zxid, err: 0 }, (writer) =>
      WatcherEvent.write(writer, { type, state: 3, path }),
    );
    ours.push(event.toString('hex'));
  };
  for (const { from, hex } of rest) {
    if (from === 'server') theirs.push(hex);
    else ours.push(processor.process(client, Buffer.from(hex, 'hex').subarray(4)).reply.toString('hex'));
  }
  expect(ours.map(masked)).toEqual(theirs.map(masked));
  expect(ours).toHaveLength(19);
});
