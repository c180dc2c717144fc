import { lookup } from 'node:dns/promises';
import {
  type Conf,
  type EngineSpaceInput,
  engineArea,
  engineSpaceOf,
  haArea,
  readArea,
  SHARE_LEVELS,
  type ShareLevel,
  spaceOf,
  withDefaultPort,
} from '@senbon/core';
import type { CtlArguments } from './arguments.ts';
import { ControlError } from './control-error.ts';
import { durationOf } from './duration.ts';
import type { CtlAction, CtlResource } from './syntax.ts';

const NEEDS_ADDRESS: ReadonlySet<CtlAction> = new Set(['get', 'delete', 'undrain']);

const MAX_PORT = 65_535;

/** Kyuubi's, with `CHAT` of releases before 1.12, and ours: an engine of another is nowhere. */
const ENGINE_TYPES = [
  'SPARK_SQL',
  'FLINK_SQL',
  'TRINO',
  'HIVE_SQL',
  'JDBC',
  'DATA_AGENT',
  'CHAT',
  'DUCKDB',
] as const;

/** The arguments with the configuration behind them, checked. */
export interface CtlRequest {
  readonly action: CtlAction;
  readonly resource: CtlResource;
  readonly addresses: string;
  /** Path of the space that is looked at. */
  readonly space: string;
  /** `kyuubi.ha.namespace`, where `create` copies from. */
  readonly ownSpace: string;
  /** For `get`, `delete` and `undrain`. */
  readonly at: { readonly host: string; readonly port: number } | null;
  readonly isJson: boolean;
  readonly isWaiting: boolean;
  /** By when a drain is to end. */
  readonly deadlineMs: number | null;
}

/** Throws ControlError, CONFIG_INVALID. */
export async function requestOf(
  args: CtlArguments,
  conf: Conf,
  defaultEngineType: string,
): Promise<CtlRequest> {
  const { action, resource, values } = args;
  const ha = readArea(haArea, conf);
  const addresses = values.get('zk-quorum') ?? ha.addresses ?? '';
  if (addresses === '') {
    throw new ControlError('Zookeeper quorum is not specified and no default value to load');
  }
  const namespace = values.get('namespace') ?? ha.namespace;
  if (action === 'create' && spaceOf(namespace) === spaceOf(ha.namespace)) {
    throw new ControlError(
      `Only support expose Kyuubi server instance to another domain, but the namespace [${namespace}] is the server's own; choose another by --namespace`,
    );
  }
  const at = NEEDS_ADDRESS.has(action) ? await addressOf(values) : null;
  return {
    action,
    resource,
    addresses: withDefaultPort(addresses, ha.clientPort),
    space:
      resource === 'server' ? spaceOf(namespace) : engineSpace(args, conf, { namespace, defaultEngineType }),
    ownSpace: spaceOf(ha.namespace),
    at,
    isJson: isJson(values.get('output')),
    isWaiting: values.has('wait'),
    deadlineMs: deadlineOf(values),
  };
}

/** By its own rules, so that it is where a gateway would look. */
function engineSpace(
  { values }: CtlArguments,
  conf: Conf,
  base: { readonly namespace: string; readonly defaultEngineType: string },
): string {
  const user = values.get('user') ?? '';
  if (user === '') throw new ControlError('Must specify user name for engine, please use -u or --user.');
  const engine = readArea(engineArea, conf);
  const shareLevel = (values.get('engine-share-level') ?? engine.shareLevel).toUpperCase();
  if (!(SHARE_LEVELS as readonly string[]).includes(shareLevel)) {
    throw new ControlError(
      `Unknown engine share level: ${shareLevel}. It is one of ${SHARE_LEVELS.join(', ')}`,
    );
  }
  const engineType = (values.get('engine-type') ?? engine.type ?? base.defaultEngineType).toUpperCase();
  if (!(ENGINE_TYPES as readonly string[]).includes(engineType)) {
    throw new ControlError(`Unknown engine type: ${engineType}. It is one of ${ENGINE_TYPES.join(', ')}`);
  }
  const leaf = values.get('engine-subdomain') ?? engine.subdomain;
  const input: EngineSpaceInput = {
    namespace: base.namespace,
    version: values.get('version') ?? engine.spaceVersion,
    shareLevel: shareLevel as ShareLevel,
    engineType,
    sessionUser: user,
    group: user,
    serverUser: user,
    serverIp: '',
    subdomain: leaf,
    // Of a CONNECTION space the last level is the session's id.
    refId: leaf ?? 'default',
  };
  return engineSpaceOf(input).path;
}

async function addressOf(values: ReadonlyMap<string, string>): Promise<{ host: string; port: number }> {
  const host = values.get('host') ?? '';
  if (host === '') throw new ControlError('Must specify host for service');
  if (!(await resolves(host))) throw new ControlError(`Unknown host: ${host}`);
  const text = values.get('port') ?? '';
  if (text === '') throw new ControlError('Must specify port for service');
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ControlError(`Specified port is not a valid integer number: ${text}`);
  }
  if (Number(text) <= 0) throw new ControlError('Specified port should be a positive number');
  if (Number(text) > MAX_PORT) throw new ControlError(`Specified port should be at most ${MAX_PORT}`);
  return { host, port: Number(text) };
}

function resolves(host: string): Promise<boolean> {
  return lookup(host).then(
    () => true,
    () => false,
  );
}

function isJson(output: string | undefined): boolean {
  if (output === undefined || output === 'table' || output === 'json') return output === 'json';
  throw new ControlError(`Unknown output: ${output}. It is table or json`);
}

function deadlineOf(values: ReadonlyMap<string, string>): number | null {
  const text = values.get('deadline');
  if (text === undefined) return null;
  const ms = durationOf(text);
  if (ms === null) throw new ControlError(`Not a duration: ${text}. Write it as 10m, 30s or PT10M`);
  return ms;
}
