import type { Client } from '../request/request-context.ts';
import { RequestProcessor } from '../request/request-processor.ts';
import { Database } from '../tree/database.ts';
import type { WatchEvent } from '../watch/watch-event.ts';
import { JuteReader } from '../wire/jute-reader.ts';
import { JuteWriter } from '../wire/jute-writer.ts';
import { ReplyHeader, RequestHeader } from '../wire/records.ts';
import type { Id } from '../wire/records.ts';
import type { Body } from './bodies.ts';
import { FakeClock } from './fake-clock.ts';

const MAX_IDENTITIES = 4;

/** A client without a connection: what it is told stays here. */
export class FakeClient implements Client {
  readonly remoteAddress = '127.0.0.1';
  readonly identities: Id[] = [];
  readonly told: WatchEvent[] = [];
  sessionId = 7n;

  addIdentity(id: Id): boolean {
    this.identities.unshift(id);
    return this.identities.length <= MAX_IDENTITIES;
  }

  notify(event: WatchEvent): void {
    this.told.push(event);
  }
}

export interface ParsedReply {
  readonly xid: number;
  readonly zxid: number;
  readonly err: number;
  readonly isLast: boolean;
  readonly body: JuteReader;
}

/** A request processor with one client, and no socket anywhere. */
export class ProcessorHarness {
  readonly clock: FakeClock;
  readonly database: Database;
  readonly client = new FakeClient();
  readonly ended: bigint[] = [];
  readonly processor: RequestProcessor;

  constructor(clock: FakeClock = new FakeClock()) {
    this.clock = clock;
    this.database = new Database(clock);
    this.processor = new RequestProcessor(this.database, (id) => {
      this.ended.push(id);
      this.database.closeSession(id);
    });
  }

  packet(type: number, body?: Body): Buffer {
    const writer = new JuteWriter(1 << 24);
    RequestHeader.write(writer, { xid: 1, type });
    body?.(writer);
    return writer.finish();
  }

  send(type: number, body?: Body): ParsedReply {
    const { reply, isLast } = this.processor.process(this.client, this.packet(type, body));
    const reader = new JuteReader(reply.subarray(4));
    return { ...ReplyHeader.read(reader), isLast, body: reader };
  }
}
