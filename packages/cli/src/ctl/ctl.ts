import { haArea, loadConf, loadDiscoveryPlugin, readArea, SenbonError, systemClock } from '@senbon/core';
import type { Environment } from '../environment.ts';
import { version } from '../environment.ts';
import { type CtlArguments, parseCtlArguments } from './arguments.ts';
import type { CommandContext } from './commands/context.ts';
import { createServers } from './commands/create-servers.ts';
import { deleteNodes } from './commands/delete-nodes.ts';
import { listNodes } from './commands/list-nodes.ts';
import { undrainServer } from './commands/undrain-server.ts';
import { ControlError } from './control-error.ts';
import { helpText } from './help.ts';
import { nodesJson, nodesTable, titleOf, type SpaceNodes } from './nodes.ts';
import { withDiscovery } from './open-discovery.ts';
import { type CtlRequest, requestOf } from './request.ts';

export interface CtlOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** `bin/kyuubi-ctl`. Resolves with the exit code. */
export async function ctl(
  argv: readonly string[],
  environment: Environment,
  output: CtlOutput,
): Promise<number> {
  try {
    const args = parseCtlArguments(argv);
    if (!args.wantsHelp) return await execute(args, environment, output);
    output.out(helpText());
    return 0;
  } catch (error) {
    if (error instanceof ControlError) {
      output.err(`Error: ${error.message}`);
      if (error.isUsage) output.err('Try --help for more information.');
    } else if (error instanceof SenbonError) output.err(`Error: ${error.code}: ${error.message}`);
    else output.err(`Error: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

async function execute(args: CtlArguments, environment: Environment, output: CtlOutput): Promise<number> {
  const { conf } = await loadConf({ confDir: environment.confDir, arguments: args.conf });
  const request = await requestOf(args, conf, environment.hasSpark ? 'SPARK_SQL' : 'DUCKDB');
  const say = request.isJson ? output.err : output.out;
  if (args.values.has('verbose')) say(verboseText(args, request));
  const { name: store } = await loadDiscoveryPlugin(readArea(haArea, conf).clientClass);
  return withDiscovery(conf, request.addresses, async (discovery) => {
    const own = conf.get('kyuubi.ha.addresses') ?? conf.get('kyuubi.ha.zookeeper.quorum');
    const context: CommandContext = {
      request,
      discovery,
      store,
      withOwn: (work) =>
        own === undefined || own.trim() === '' || own === request.addresses
          ? work(discovery)
          : withDiscovery(conf, own, work),
      say,
      clock: systemClock,
    };
    const nodes = await commandOf(request)(context);
    output.out(request.isJson ? nodesJson(nodes) : nodesTable(titleOf(request.action, store), nodes));
    return nodes.exitCode ?? 0;
  });
}

function commandOf({ action }: CtlRequest): (context: CommandContext) => Promise<SpaceNodes> {
  switch (action) {
    case 'create':
      return createServers;
    case 'delete':
      return deleteNodes;
    case 'get':
    case 'list':
      return listNodes;
    case 'undrain':
      return undrainServer;
  }
}

function verboseText({ values }: CtlArguments, request: CtlRequest): string {
  const { action, resource, addresses, space, at } = request;
  const facts = {
    action: action.toUpperCase(),
    resource: resource.toUpperCase(),
    zkQuorum: addresses,
    namespace: space,
    host: at?.host ?? null,
    port: at?.port ?? null,
    version: values.get('version') ?? version,
    user: values.get('user') ?? null,
    engineType: values.get('engine-type') ?? null,
    engineSubdomain: values.get('engine-subdomain') ?? null,
    engineShareLevel: values.get('engine-share-level') ?? null,
  };
  const lines = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(24)}${value}`);
  return ['Parsed arguments:', ...lines].join('\n');
}
