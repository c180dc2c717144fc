import { Accumulator } from '../bytes/accumulator.ts';
import { asBuffer } from '../bytes/byte-reader.ts';
import { MAX_CONTAINER_ELEMENTS, MAX_DEPTH, MAX_METHOD_NAME_BYTES } from '../bytes/limits.ts';
import { fixedBytes, minBytes, WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';

export interface MessageScannerOptions {
  /** Longest message taken; a longer one is refused as soon as its lengths tell, before its bytes are awaited. */
  readonly maxMessageBytes: number;
  /**
   * Most values of a message (fields, elements, keys), except those that are passed over as one: 100 MiB of empty structs
   * would take ten seconds. Default no bound, as a reply of rows needs none.
   */
  readonly maxValues?: number;
}

/** What the next bytes are; `next` = whatever the open level says. */
type Item = 'header' | 'field' | 'length' | 'list' | 'map' | 'next';
const ITEM_BYTES: Readonly<Record<Item, number>> = {
  header: 8,
  field: 1,
  length: 4,
  list: 5,
  map: 6,
  next: 0,
};

/** An open struct, or a container with `left` values to come: of type `first` when `left` is even, else `second`. */
interface Level {
  readonly first: number;
  readonly second: number;
  left: number;
}

/** In place of a container's count: a struct ends by itself. */
const STRUCT = -1;
/** In place of the second type of a container that has one. */
const NO_TYPE = -1;
const VERSION_1 = 0x8001;

/**
 * Finds the ends of strict binary messages in a stream without frames (NOSASL). Keeps its place between chunks, so that
 * the time is linear however the stream is cut. A message within one chunk is a view of it, not a copy.
 */
export class MessageScanner {
  readonly #maxMessageBytes: number;
  readonly #maxValues: number;
  /** Bytes of the present message from earlier chunks. */
  readonly #held = new Accumulator();
  readonly #levels: Level[] = [];
  #item: Item = 'header';
  /** From the start of the message; beyond the bytes at hand while a string is awaited. */
  #position = 0;
  /** Of the present message so far. */
  #values = 0;

  constructor(options: MessageScannerOptions) {
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#maxValues = options.maxValues ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a message is whole, for bytes that have come as one. Throws like `push`; keeps nothing. */
  static isWhole(bytes: Uint8Array, options: MessageScannerOptions): boolean {
    return new MessageScanner(options).#scan(asBuffer(bytes), 0);
  }

  /** Bytes held of a message that is not whole yet. */
  get bufferedBytes(): number {
    return this.#held.length;
  }

  /** The messages that are whole now. Throws ThriftProtocolError when the stream makes no sense; give up then. */
  push(chunk: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    if (this.#held.length > 0) this.#held.append(chunk);
    const bytes = this.#held.length > 0 ? this.#held.bytes : asBuffer(chunk);
    let start = 0;
    while (start < bytes.length && this.#scan(bytes, start)) {
      messages.push(bytes.subarray(start, start + this.#position));
      start += this.#position;
      this.#position = 0;
      this.#values = 0;
      this.#item = 'header';
    }
    if (start > 0 && this.#held.length > 0) this.#held.take();
    if (start < bytes.length && this.#held.length === 0) this.#held.append(bytes.subarray(start));
    return messages;
  }

  /** True when the message that begins at `start` is whole; `#position` is its length then. */
  #scan(bytes: Buffer, start: number): boolean {
    for (;;) {
      const at = start + this.#position;
      if (at + ITEM_BYTES[this.#item] > bytes.length) return false;
      if (this.#item === 'next') {
        if (!this.#next()) return true;
      } else {
        this.#advance(ITEM_BYTES[this.#item]);
        this.#read(bytes, at);
      }
    }
  }

  #read(bytes: Buffer, at: number): void {
    switch (this.#item) {
      case 'header':
        this.#header(bytes.readUInt32BE(at), bytes.readInt32BE(at + 4));
        return;
      case 'field': {
        const type = bytes[at] as number;
        if (type === WireType.STOP) {
          this.#levels.pop();
          this.#item = 'next';
        } else {
          this.#advance(2);
          this.#value(type);
        }
        return;
      }
      case 'length':
        this.#skip(bytes.readInt32BE(at), 1);
        return;
      case 'list':
        this.#container(bytes[at] as number, NO_TYPE, bytes.readInt32BE(at + 1));
        return;
      case 'map':
        this.#container(bytes[at] as number, bytes[at + 1] as number, bytes.readInt32BE(at + 2));
        return;
      case 'next':
        return;
    }
  }

  #header(word: number, nameBytes: number): void {
    if (word >>> 16 !== VERSION_1) {
      throw new ThriftProtocolError(
        'bad-version',
        `a message starts with 0x${word.toString(16).padStart(8, '0')}, not with a strict binary header (0x8001….)`,
      );
    }
    if (nameBytes < 0 || nameBytes > MAX_METHOD_NAME_BYTES) {
      throw new ThriftProtocolError('too-large', `a method name of ${nameBytes} bytes`);
    }
    this.#advance(nameBytes + 4);
    this.#open({ first: 0, second: 0, left: STRUCT });
    this.#item = 'field';
  }

  /** Sets out for the next value of the open level; false when there is none open, that is, at the message's end. */
  #next(): boolean {
    for (;;) {
      const level = this.#levels.at(-1);
      if (level === undefined) return false;
      if (level.left === STRUCT) {
        this.#item = 'field';
        return true;
      }
      if (level.left > 0) {
        const type = level.left % 2 === 0 ? level.first : level.second;
        level.left -= 1;
        this.#value(type);
        return true;
      }
      this.#levels.pop();
    }
  }

  #value(type: number): void {
    this.#values += 1;
    if (this.#values > this.#maxValues) {
      throw new ThriftProtocolError('too-large', `a message of more than ${this.#maxValues} values`);
    }
    const fixed = fixedBytes(type);
    if (fixed > 0) {
      this.#skip(fixed, 1);
    } else if (type === WireType.STRING) {
      this.#item = 'length';
    } else if (type === WireType.STRUCT) {
      this.#open({ first: 0, second: 0, left: STRUCT });
      this.#item = 'field';
    } else if (type === WireType.LIST || type === WireType.SET) {
      this.#item = 'list';
    } else if (type === WireType.MAP) {
      this.#item = 'map';
    } else {
      throw new ThriftProtocolError('bad-type', `${type} is not a Thrift wire type`);
    }
  }

  /** `second` is NO_TYPE for lists and sets. An empty container's types may be anything. */
  #container(first: number, second: number, count: number): void {
    if (count < 0 || count > MAX_CONTAINER_ELEMENTS) {
      throw new ThriftProtocolError('too-large', `a container of ${count} elements`);
    }
    this.#item = 'next';
    if (count === 0) return;
    const isMap = second !== NO_TYPE;
    const bytes = minBytes(first) + (isMap ? minBytes(second) : 0);
    this.#check(count * bytes);
    if (!isMap && fixedBytes(first) > 0) this.#skip(count, bytes);
    else this.#open({ first, second: isMap ? second : first, left: isMap ? 2 * count : count });
  }

  #skip(count: number, bytesEach: number): void {
    if (count < 0) throw new ThriftProtocolError('too-large', `a length of ${count}`);
    this.#advance(count * bytesEach);
    this.#item = 'next';
  }

  #open(level: Level): void {
    if (this.#levels.length >= MAX_DEPTH) {
      throw new ThriftProtocolError('too-deep', `values nested deeper than ${MAX_DEPTH}`);
    }
    this.#levels.push(level);
  }

  #advance(bytes: number): void {
    this.#check(bytes);
    this.#position += bytes;
  }

  #check(bytes: number): void {
    if (this.#position + bytes <= this.#maxMessageBytes) return;
    throw new ThriftProtocolError(
      'too-large',
      `a message of ${this.#position + bytes} bytes or more, the maximum is ${this.#maxMessageBytes}`,
    );
  }
}
