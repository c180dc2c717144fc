import { z } from 'zod';
import { bool, duration, int, key, list, port, text } from '../config/area.ts';

const MEBIBYTE = 1_048_576;

const AVAILABLE = 'this build has THRIFT_BINARY, THRIFT_HTTP and REST';
const protocols = list
  .transform((names) => names.map((name) => name.toUpperCase()))
  .pipe(
    z
      .array(z.enum(['THRIFT_BINARY', 'THRIFT_HTTP', 'REST'], { error: AVAILABLE }))
      .refine((names) => names.some((name) => name !== 'REST'), {
        error: `a gateway needs one at least that clients get sessions at; ${AVAILABLE}`,
      }),
  );

export const frontendArea = {
  protocols: key(
    'kyuubi.frontend.protocols',
    protocols,
    'THRIFT_BINARY,THRIFT_HTTP',
    'Frontends to start: THRIFT_BINARY, THRIFT_HTTP, REST (a small part of it). (Kyuubi starts THRIFT_BINARY,REST.)',
  ),
  binaryHost: key(
    'kyuubi.frontend.thrift.binary.bind.host',
    text,
    null,
    'Address the Thrift binary frontend listens on; all addresses when unset.',
  ),
  binaryPort: key(
    'kyuubi.frontend.thrift.binary.bind.port',
    port,
    '10009',
    'Port of the Thrift binary frontend; 0 = any free one.',
  ),
  httpHost: key(
    'kyuubi.frontend.thrift.http.bind.host',
    text,
    null,
    'Address the Thrift HTTP frontend listens on; all addresses when unset.',
  ),
  httpPort: key(
    'kyuubi.frontend.thrift.http.bind.port',
    port,
    '10010',
    'Port of the Thrift HTTP frontend; 0 = any free one.',
  ),
  httpPath: key(
    'kyuubi.frontend.thrift.http.path',
    text,
    'cliservice',
    'Path of the Thrift HTTP endpoint; answered with and without a trailing slash.',
  ),
  httpHeaderBytes: key(
    'kyuubi.frontend.thrift.http.request.header.size',
    int(1024, MEBIBYTE),
    '6144',
    'Most bytes of HTTP request headers.',
  ),
  httpIdleMs: key(
    'kyuubi.frontend.thrift.http.max.idle.time',
    duration,
    'PT30M',
    'An HTTP connection without a request is closed after this time.',
  ),
  restHost: key(
    'kyuubi.frontend.rest.bind.host',
    text,
    null,
    'Address the REST frontend listens on; all addresses when unset.',
  ),
  restPort: key(
    'kyuubi.frontend.rest.bind.port',
    port,
    '10099',
    'Port of the REST frontend; 0 = any free one.',
  ),
  administrators: key(
    'kyuubi.server.administrators',
    list,
    '',
    'Users who may call the administrators’ part of the REST API, beside the one the gateway runs as.',
  ),
  advertisedHost: key(
    'kyuubi.frontend.advertised.host',
    text,
    null,
    'Host published to discovery and in JDBC URLs, where it differs from the bind host.',
  ),
  useHostname: key(
    'kyuubi.frontend.connection.url.use.hostname',
    bool,
    'true',
    'Publish the host name rather than the IP address when no host is configured.',
  ),
  maxMessageBytes: key(
    'kyuubi.frontend.thrift.max.message.size',
    int(1024, 0x7fff_ffff),
    '104857600',
    'Largest request accepted from a client, in bytes; checked before memory is taken.',
  ),
  requestMemoryBytes: key(
    'kyuubi.frontend.request.memory',
    int(MEBIBYTE),
    '536870912',
    'Most bytes of requests above 64 KiB that arrive or are served at a time, of all clients together; a client that would exceed it is disconnected (HTTP: 503). (ours)',
  ),
  loginTimeoutMs: key(
    'kyuubi.frontend.login.timeout',
    duration,
    'PT20S',
    'A connection that has not finished its SASL handshake, or the headers of an HTTP request, by then is closed. (ours)',
  ),
  stallTimeoutMs: key(
    'kyuubi.frontend.stall.timeout',
    duration,
    'PT10M',
    'A client that reads nothing of a reply for this long is disconnected, and so is one that has begun a request and brings less than 1 kB a second of it. (ours)',
  ),
  maxConnections: key(
    'kyuubi.frontend.max.connections',
    int(1, 1_000_000),
    '20000',
    'Most open client connections of a frontend; further ones are closed at once. (ours)',
  ),
  defaultFetchSize: key(
    'kyuubi.server.thrift.resultset.default.fetch.size',
    int(1),
    '1000',
    'Fetch size announced to drivers that ask for none; `kyuubi.server.limit.client.fetch.max.rows` where that is less.',
  ),
  clientIpHeader: key(
    'kyuubi.frontend.proxy.http.client.ip.header',
    text,
    'X-Real-IP',
    'HTTP header that carries the client address behind a proxy.',
  ),
} as const;
