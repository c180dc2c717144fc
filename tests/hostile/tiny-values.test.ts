import { frame, TGetInfoType } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dialog, httpRequest, saslWire } from './support/conversation.ts';
import { Peer } from './support/peer.ts';
import { Target } from './support/target.ts';
import { tinyValues } from './support/tiny-values.ts';

const GROWTH_MIB = 96;
const REQUEST_BYTES = 100 * 1_000_000;
const CUT_WITHIN_MS = 30_000;
/** On two busy cores, one of which fills the other's sockets; what is passed over without a bound took up to 13 s. */
const OTHERS_WAIT_MS = 2_000;

let target: Target;

beforeAll(async () => {
  target = await Target.start();
});

afterAll(async () => {
  await target.expectUnharmed(GROWTH_MIB);
  await target.close();
});

/** The longest that a call of somebody else takes meanwhile. */
async function longestWaitDuring(attack: Promise<unknown>): Promise<number> {
  const client = await target.connect('binary');
  const session = await client.openSession();
  let longest = 0;
  let isOver = false;
  const over = attack.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const began = performance.now();
    await session.info(TGetInfoType.DBMS_NAME);
    longest = Math.max(longest, performance.now() - began);
  }
  await over;
  await client.close();
  return longest;
}

async function sendBinary(request: Uint8Array): Promise<void> {
  const dialog = await Dialog.open(target.gateway.binary, saslWire());
  await dialog.greet();
  await dialog.peer.sendAll(request);
  await dialog.peer.untilOver(CUT_WITHIN_MS);
}

async function sendHttp(request: Uint8Array): Promise<string> {
  const peer = await Peer.connect(target.gateway.http);
  await peer.sendAll(request);
  const answer = await peer.until(1);
  peer.destroy();
  return answer.toString('latin1');
}

describe.each(Object.entries(tinyValues))('100 MB of %s', { timeout: 120_000 }, (name, message) => {
  test('on the binary port end the connection, and others are served', async () => {
    const request = frame(message(REQUEST_BYTES));
    const waitedMs = await longestWaitDuring(sendBinary(request));
    console.log(`100 MB of ${name} on the binary port: others wait ${waitedMs | 0} ms`);
    expect(waitedMs).toBeLessThan(OTHERS_WAIT_MS);
    expect(target.gateway.log()).toMatch(/a message of more than 262144 values/);
  });

  test('over HTTP are refused, and others are served', async () => {
    const request = httpRequest(message(REQUEST_BYTES));
    let answer = '';
    const attack = sendHttp(request).then((text) => {
      answer = text;
    });
    const waitedMs = await longestWaitDuring(attack);
    console.log(`100 MB of ${name} over HTTP: others wait ${waitedMs | 0} ms`);
    expect(waitedMs).toBeLessThan(OTHERS_WAIT_MS);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*more than 262144 values/);
  });
});
