import type { AreaConfig } from '../config/area.ts';
import { trimSlashes } from '../config/trim-slashes.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { frontendArea } from '../frontend/config.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { NodeSpec } from '../ports/discovery.ts';
import type { haArea } from './config.ts';
import { publishedConfigs } from './published-data.ts';

/** One frontend in one server space. */
export interface AdvertisedServer {
  readonly space: string;
  readonly node: NodeSpec;
}

export interface AdvertisedInput {
  readonly ha: AreaConfig<typeof haArea>;
  readonly frontend: AreaConfig<typeof frontendArea>;
  readonly frontends: readonly Frontend[];
  readonly host: string;
  readonly version: string;
  readonly authentication: string;
  /** The discovery plugin's `supports.publishedConfigs`. */
  readonly canPublish: boolean;
}

/** What this gateway registers: the binary frontend in the server space, or what `kyuubi.ha.advertise` says. Throws CONFIG_*. */
export function advertisedServers(input: AdvertisedInput): readonly AdvertisedServer[] {
  const { ha, frontends, host, version } = input;
  // As upstream: the binary frontend is the one that drivers find.
  const pairs = ha.advertise?.map((entry) => pairOf(entry, ha.namespace)) ?? [
    { protocol: 'THRIFT_BINARY', namespace: ha.namespace },
  ];
  return pairs.flatMap(({ protocol, namespace }) => {
    const frontend = frontends.find((candidate) => candidate.protocol === protocol);
    if (frontend === undefined) {
      if (ha.advertise === null) return [];
      throw new SenbonError('CONFIG_CONFLICT', {
        keys: 'kyuubi.ha.advertise and kyuubi.frontend.protocols',
        problem: `${protocol} is to be advertised and is not among the frontends`,
      });
    }
    const data =
      ha.publishConfigs && input.canPublish ? { data: publishedConfigs(dataOf(frontend, input)) } : {};
    return [{ space: spaceOf(namespace), node: { host, port: frontend.port, version, ...data } }];
  });
}

/** The own server space, and whatever else `kyuubi.ha.advertise` names. Throws CONFIG_INVALID. */
export function spacesOf({ advertise, namespace }: AreaConfig<typeof haArea>): ReadonlySet<string> {
  const others = advertise?.map((entry) => pairOf(entry, namespace).namespace) ?? [];
  return new Set([namespace, ...others].map(spaceOf));
}

export function spaceOf(namespace: string): string {
  return `/${trimSlashes(namespace)}`;
}

function pairOf(entry: string, own: string): { protocol: string; namespace: string } {
  const [protocol = '', namespace = own] = entry.split('=').map((part) => part.trim());
  if (protocol !== '' && spaceOf(namespace) !== '/') return { protocol: protocol.toUpperCase(), namespace };
  throw new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.ha.advertise',
    value: JSON.stringify(entry),
    where: 'kyuubi.ha.advertise',
    problem: 'expected PROTOCOL or PROTOCOL=namespace, as THRIFT_HTTP=kyuubi_http',
  });
}

function dataOf({ protocol, port }: Frontend, { host, frontend, authentication }: AdvertisedInput) {
  const common = { host, port, authentication };
  return protocol === 'THRIFT_HTTP'
    ? ({ ...common, mode: 'http', path: trimSlashes(frontend.httpPath) } as const)
    : ({ ...common, mode: 'binary', saslQop: 'auth' } as const);
}
