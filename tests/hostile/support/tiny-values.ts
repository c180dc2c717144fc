const [I8, STRUCT, LIST, STRING] = [3, 12, 15, 11] as const;
const MAX_ELEMENTS = 1 << 24;
const LIST_HEAD_BYTES = 8;

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** An OpenSession whose request is these fields, which no reader knows. */
function openSession(...fields: Uint8Array[]): Buffer {
  const head = Buffer.concat([Buffer.of(0x80, 1, 0, 1), i32(11), Buffer.from('OpenSession'), i32(1)]);
  return Buffer.concat([head, Buffer.of(STRUCT, 0, 1), ...fields, Buffer.of(0, 0)]);
}

/** The same field again and again. */
function repeated(field: readonly number[]): (bytes: number) => Buffer {
  return (bytes) => openSession(Buffer.alloc(bytes - (bytes % field.length), Buffer.from(field)));
}

/** Lists as long as readers take them. */
function listsOf(type: number, element: readonly number[]): (bytes: number) => Buffer {
  return (bytes) => {
    const fields: Buffer[] = [];
    for (let left = bytes; left > LIST_HEAD_BYTES + element.length; ) {
      const count = Math.min(MAX_ELEMENTS, Math.floor((left - LIST_HEAD_BYTES) / element.length));
      const elements = Buffer.alloc(count * element.length, Buffer.from(element));
      fields.push(Buffer.of(LIST, 0, 50, type), i32(count), elements);
      left -= LIST_HEAD_BYTES + elements.length;
    }
    return openSession(...fields);
  };
}

/** Requests of about so many bytes that are well-formed, mean nothing, and cost the more to read the smaller their values are. */
export const tinyValues: Readonly<Record<string, (bytes: number) => Buffer>> = {
  'single bytes': repeated([I8, 0, 50, 1]),
  'empty structs': listsOf(STRUCT, [0]),
  'empty lists': listsOf(LIST, [I8, 0, 0, 0, 0]),
  'empty strings': listsOf(STRING, [0, 0, 0, 0]),
};
