import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { osGroups } from '../groups/os-groups.ts';
import { ownGroup } from '../groups/own-group.ts';
import type { DiscoveryPlugin } from '../ports/discovery.ts';
import type { EnginePlugin } from '../ports/engine.ts';
import type { GroupProvider } from '../ports/groups.ts';

/** Kyuubi's class names stand for our packages of the same ability. */
const classNames: Readonly<Record<string, string>> = {
  'org.apache.kyuubi.ha.client.zookeeper.ZookeeperDiscoveryClient': '@senbon/discovery-zk',
  'org.apache.kyuubi.ha.client.etcd.EtcdDiscoveryClient': '@senbon/discovery-etcd',
};

/** Throws PLUGIN_MISSING, PLUGIN_INVALID. */
export async function loadDiscoveryPlugin(name: string): Promise<DiscoveryPlugin> {
  const plugin = await load(classNames[name] ?? name, 'service discovery', 'discoveryPlugin');
  return plugin as DiscoveryPlugin;
}

/** Throws PLUGIN_MISSING, PLUGIN_INVALID. */
export async function loadEnginePlugin(name: string): Promise<EnginePlugin> {
  return (await load(name, 'engines', 'enginePlugin')) as EnginePlugin;
}

const groupProviders: ReadonlyMap<string, GroupProvider> = new Map([
  ['user', ownGroup],
  ['hadoop', osGroups],
  ['org.apache.kyuubi.session.HadoopGroupProvider', osGroups],
]);

/** Throws PLUGIN_MISSING, PLUGIN_INVALID. */
export async function loadGroupProvider(name: string): Promise<GroupProvider> {
  return groupProviders.get(name) ?? ((await load(name, 'groups', 'groupProvider')) as GroupProvider);
}

async function load(name: string, role: string, exportName: string): Promise<object> {
  let module: Record<string, unknown>;
  try {
    module = (await import(name)) as Record<string, unknown>;
  } catch (error) {
    if (!isMissing(name, error)) {
      throw new SenbonError(
        'INTERNAL',
        { problem: `plugin package ${name} failed to load: ${messageOf(error)}` },
        { cause: error },
      );
    }
    throw new SenbonError('PLUGIN_MISSING', { package: name, role }, { cause: error });
  }
  const plugin = module[exportName];
  if (typeof plugin === 'object' && plugin !== null) return plugin;
  throw new SenbonError('PLUGIN_INVALID', { package: name, exportName, role });
}

/** The same code is thrown when the package is there and one of its own dependencies is not: the text tells which. */
function isMissing(name: string, error: unknown): boolean {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return false;
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(messageOf(error))?.[1];
  return missing === undefined || name === missing || name.startsWith(`${missing}/`);
}
