import { arch, hostname, platform, release, totalmem } from 'node:os';
import type { ResolvedOptions } from '../options.ts';
import type { Database } from '../tree/database.ts';
import type { Connection } from './connection.ts';
import type { ServerStats } from './server-stats.ts';

/** The protocol's level, which monitoring tools read from here, and that this is not Apache's server. */
const VERSION = '3.9.3-senbon-embedded';
/** `cons` and `stat` list no more than this. */
const MAX_LISTED_CONNECTIONS = 1000;

/** What the words tell of. */
export interface ServerReport {
  readonly options: ResolvedOptions;
  readonly port: number;
  readonly uptimeMs: number;
  readonly stats: ServerStats;
  readonly database: Database;
  readonly sessionCount: number;
  readonly connections: ReadonlySet<Connection>;
}

type Answer = (report: ServerReport) => string;

const ANSWERS = new Map<string, Answer>([
  ['ruok', () => 'imok'],
  ['isro', () => 'rw'],
  ['srvr', srvr],
  ['stat', (report) => `${versionLine()}Clients:\n${clients(report, true)}\n${serverState(report)}`],
  ['cons', (report) => `${clients(report, false)}\n`],
  ['mntr', mntr],
  ['conf', conf],
  ['envi', envi],
  ['wchs', wchs],
]);

/** Known to Apache's server too, but they change it, or list without bound. */
const REFUSED = ['crst', 'dirs', 'dump', 'gtmk', 'hash', 'srst', 'stmk', 'wchc', 'wchp'];

const WORDS = new Map<number, string>([...ANSWERS.keys(), ...REFUSED].map((word) => [toInt(word), word]));

/** The four bytes as a word, or null: no packet is as long as the smallest of these numbers. */
export function wordOf(fourBytes: number): string | null {
  return WORDS.get(fourBytes) ?? null;
}

export function answer(word: string, report: ServerReport): string {
  return ANSWERS.get(word)?.(report) ?? `${word} is not executed because it is not in the whitelist.\n`;
}

function toInt(word: string): number {
  return Buffer.from(word, 'latin1').readInt32BE(0);
}

function versionLine(): string {
  return `Zookeeper version: ${VERSION}, built on unknown\n`;
}

function srvr(report: ServerReport): string {
  return `${versionLine()}${serverState(report)}`;
}

function serverState({ stats, database, connections }: ServerReport): string {
  const { min, avg, max } = stats.latency;
  return lines([
    `Latency min/avg/max: ${min}/${decimal(avg)}/${max}`,
    `Received: ${stats.packetsReceived}`,
    `Sent: ${stats.packetsSent}`,
    `Connections: ${connections.size}`,
    'Outstanding: 0',
    `Zxid: 0x${database.lastZxid.toString(16)}`,
    'Mode: standalone',
    `Node count: ${database.tree.nodeCount}`,
  ]);
}

function clients({ connections }: ServerReport, isBrief: boolean): string {
  const listed = [...connections].slice(0, MAX_LISTED_CONNECTIONS);
  const left = connections.size - listed.length;
  const rest = left > 0 ? ` and ${left} more\n` : '';
  return lines(listed.map((connection) => describe(connection, isBrief))) + rest;
}

function describe(connection: Connection, isBrief: boolean): string {
  const { remoteAddress, remotePort, packetsReceived, packetsSent, sessionId, lastRequest } = connection;
  const fields = ['queued=0', `recved=${packetsReceived}`, `sent=${packetsSent}`];
  if (!isBrief && sessionId !== 0n) {
    fields.push(`sid=0x${sessionId.toString(16)}`, `lop=${lastRequest?.label ?? 'NA'}`);
    fields.push(`est=${Math.floor(connection.establishedMs)}`, `to=${connection.sessionTimeoutMs}`);
    if (lastRequest !== null) {
      if (lastRequest.xid >= 0) fields.push(`lcxid=0x${lastRequest.xid.toString(16)}`);
      fields.push(`lzxid=0x${lastRequest.zxid.toString(16)}`, `lresp=${Math.floor(lastRequest.atMs)}`);
    }
  }
  return ` /${remoteAddress}:${remotePort}[1](${fields.join(',')})`;
}

function mntr({ stats, database, connections, sessionCount, uptimeMs }: ServerReport): string {
  const { min, avg, max } = stats.latency;
  const values: readonly (readonly [string, string | number])[] = [
    ['version', VERSION],
    ['server_state', 'standalone'],
    ['avg_latency', decimal(avg)],
    ['max_latency', max],
    ['min_latency', min],
    ['packets_received', stats.packetsReceived],
    ['packets_sent', stats.packetsSent],
    ['num_alive_connections', connections.size],
    ['outstanding_requests', 0],
    ['uptime', Math.floor(uptimeMs)],
    ['znode_count', database.tree.nodeCount],
    ['watch_count', database.watches.count],
    ['ephemerals_count', database.tree.ephemeralCount],
    ['approximate_data_size', database.tree.bytes],
    ['global_sessions', sessionCount],
    ['auth_failed_count', stats.authFailures],
  ];
  return lines(values.map(([key, value]) => `zk_${key}\t${value}`));
}

function conf({ options, port }: ServerReport): string {
  return lines([
    `clientPort=${port}`,
    'secureClientPort=-1',
    `tickTime=${options.tickTimeMs}`,
    `maxClientCnxns=${options.maxClientConnections}`,
    `minSessionTimeout=${options.minSessionTimeoutMs}`,
    `maxSessionTimeout=${options.maxSessionTimeoutMs}`,
    'serverId=0',
  ]);
}

/** Without users, folders and variables: anyone who can connect may ask. */
function envi(): string {
  return lines([
    'Environment:',
    `zookeeper.version=${VERSION}`,
    `host.name=${hostname()}`,
    `node.version=${process.versions.node}`,
    `os.name=${platform()}`,
    `os.arch=${arch()}`,
    `os.version=${release()}`,
    `os.memory.total=${Math.floor(totalmem() / (1024 * 1024))}MB`,
  ]);
}

function wchs({ database }: ServerReport): string {
  const { watchers, paths, watches } = database.watches.summary;
  return `${watchers} connections watching ${paths} paths\nTotal watches:${watches}\n`;
}

/** As Java prints a double: always with a fraction. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : value.toFixed(4);
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('');
}
