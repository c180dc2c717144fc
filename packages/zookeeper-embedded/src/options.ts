import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { EmbeddedZooKeeperError } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string) => void;

export interface EmbeddedZooKeeperOptions {
  /** The address to listen on, as `127.0.0.1` or a name of this machine. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** How often session deadlines are looked at. Default 3000. */
  readonly tickTimeMs?: number;
  /** The least session time-out a client gets, whatever it asks for. Default 6000. */
  readonly minSessionTimeoutMs?: number;
  /** The most it gets. Default 60000. */
  readonly maxSessionTimeoutMs?: number;
  /** Connections from one client address; 0 means any number. Default 120. */
  readonly maxClientConnections?: number;
  /** How long a connection has until it has asked for a session. Default 10000. */
  readonly handshakeTimeoutMs?: number;
  readonly clock?: Clock;
  /** Default: nothing is logged. */
  readonly log?: Log;
}

export type ResolvedOptions = Required<EmbeddedZooKeeperOptions>;

const DEFAULTS = {
  tickTimeMs: 3000,
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 60_000,
  maxClientConnections: 120,
  handshakeTimeoutMs: 10_000,
  clock: systemClock,
  log: () => undefined,
} as const satisfies Partial<EmbeddedZooKeeperOptions>;

const MAX_INT = 0x7fff_ffff;

/** @throws EmbeddedZooKeeperError naming the option that cannot be */
export function resolveOptions(given: EmbeddedZooKeeperOptions): ResolvedOptions {
  const options: ResolvedOptions = { ...DEFAULTS, ...given };
  demandInteger('port', options.port, 0, 65_535);
  demandInteger('tickTimeMs', options.tickTimeMs, 1, MAX_INT);
  demandInteger('minSessionTimeoutMs', options.minSessionTimeoutMs, 1, MAX_INT);
  demandInteger('maxSessionTimeoutMs', options.maxSessionTimeoutMs, options.minSessionTimeoutMs, MAX_INT);
  demandInteger('maxClientConnections', options.maxClientConnections, 0, MAX_INT);
  demandInteger('handshakeTimeoutMs', options.handshakeTimeoutMs, 1, MAX_INT);
  return options;
}

function demandInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new EmbeddedZooKeeperError(
    'INVALID_OPTION',
    `option ${name} of the embedded ZooKeeper is ${value}; it must be a whole number from ${least} to ${most}`,
  );
}
