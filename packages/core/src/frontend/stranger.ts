/** Who speaks another protocol than the port's, and what such a client can be told. */
export interface Stranger {
  /** For the log, and for the peer when it can read it. */
  readonly advice: string;
  /** In the stranger's own protocol, where that is text. */
  readonly reply: string | null;
}

const MIN_BYTES = 4;
const HTTP_LINE = /^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PRI) /;
const TLS_HANDSHAKE = 0x16;
const THRIFT_STRICT = 0x8001;
/** START, then the length of a mechanism's name. */
const SASL_START = 0x0100_0000;

/** What the first bytes at a Thrift binary port give away; `null` when they may be the port's own protocol. */
export function strangerAtBinary(first: Uint8Array, isSasl: boolean): Stranger | null {
  const bytes = Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  if (bytes.length < MIN_BYTES) return null;
  if (HTTP_LINE.test(bytes.toString('latin1', 0, 8))) {
    const advice =
      'this is the Thrift binary port and HTTP was sent; Thrift over HTTP is at kyuubi.frontend.thrift.http.bind.port (JDBC: transportMode=http)';
    return { advice, reply: httpRefusal('400 Bad Request', advice) };
  }
  if (isTls(bytes)) {
    return { advice: 'TLS was sent to a port without TLS (JDBC: leave ssl=true out)', reply: null };
  }
  if (isSasl && bytes.readUInt16BE(0) === THRIFT_STRICT) {
    const advice =
      'Thrift came without the SASL handshake (NOSASL); this port wants SASL PLAIN (JDBC: leave auth=noSasl out)';
    return { advice, reply: null };
  }
  if (!isSasl && bytes.readUInt32BE(0) === SASL_START) {
    const advice = 'a SASL handshake came to a port with kyuubi.authentication=NOSASL (JDBC: auth=noSasl)';
    return { advice, reply: null };
  }
  return null;
}

/** What a packet that is no HTTP gives away at an HTTP port. */
export function strangerAtHttp(packet: Uint8Array): string | null {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  if (bytes.length < MIN_BYTES) return null;
  if (isTls(bytes)) return 'TLS was sent to an HTTP port without TLS (JDBC: leave ssl=true out)';
  const isThrift = bytes.readUInt16BE(0) === THRIFT_STRICT || bytes.readUInt32BE(0) === SASL_START;
  if (!isThrift) return null;
  return 'this is the Thrift HTTP port and Thrift binary was sent; that is at kyuubi.frontend.thrift.binary.bind.port (JDBC: leave transportMode=http out)';
}

/** A whole HTTP response that ends the connection. */
export function httpRefusal(status: string, text: string): string {
  const body = `${text}\n`;
  const headers = `content-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`;
}

function isTls(bytes: Buffer): boolean {
  return bytes[0] === TLS_HANDSHAKE && bytes[1] === 3;
}
