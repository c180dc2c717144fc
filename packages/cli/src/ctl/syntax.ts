export type CtlAction = 'create' | 'get' | 'delete' | 'list' | 'undrain';
export type CtlResource = 'server' | 'engine';

export interface OptionRow {
  readonly long: string;
  /** Without its dash; may have several letters. */
  readonly short?: string;
  readonly hasValue: boolean;
  readonly text: string;
}

interface ActionRow {
  readonly text: string;
  readonly options: readonly OptionRow[];
  readonly resources: Partial<
    Record<CtlResource, { readonly text: string; readonly options: readonly OptionRow[] }>
  >;
}

const withValue = (long: string, text: string, short?: string): OptionRow => ({
  long,
  hasValue: true,
  text,
  ...(short === undefined ? {} : { short }),
});
const flag = (long: string, text: string, short?: string): OptionRow => ({
  ...withValue(long, text, short),
  hasValue: false,
});

/** Understood before and after every command. Those of the REST API are taken, so that scripts need no change, and not used. */
export const commonOptions: readonly OptionRow[] = [
  flag('verbose', 'Also print how the arguments were understood.', 'b'),
  withValue('hostUrl', 'Address of the REST API.'),
  withValue('authSchema', 'How to log in to the REST API: basic or spnego.'),
  withValue('username', 'User of the REST API.'),
  withValue('password', 'Password of the REST API.'),
  withValue('spnegoHost', 'Host of the REST API for spnego.'),
  withValue('hs2ProxyUser', 'User to act for, hive.server2.proxy.user.'),
  withValue('conf', 'A configuration key as key=value; may be repeated.'),
  withValue('output', 'table (default) or json.'),
  withValue('zk-quorum', 'Addresses of service discovery; kyuubi.ha.addresses when absent.', 'zk'),
  withValue('namespace', 'The server space; kyuubi.ha.namespace when absent.', 'n'),
  withValue('host', 'Host of a server or engine.', 's'),
  withValue('port', 'Port of a server or engine.', 'p'),
  withValue(
    'version',
    'Version in the names of engine spaces; kyuubi.engine.space.version when absent.',
    'v',
  ),
  flag('help', 'Print this text.', 'h'),
];

const engineOptions: readonly OptionRow[] = [
  withValue('user', 'User of the engine.', 'u'),
  withValue('engine-type', 'Type of the engine.', 'et'),
  withValue('engine-subdomain', 'Subdomain of the engine.', 'es'),
  withValue('engine-share-level', 'Share level of the engine.', 'esl'),
];

const waitOptions: readonly OptionRow[] = [
  flag('wait', 'Show the progress of the drain until the server has gone.'),
  withValue('deadline', 'The drain ends by then, whoever is connected: 10m, 30s or PT10M.'),
];

const engine = (text: string) => ({ text, options: engineOptions });

export const actions: Readonly<Record<CtlAction, ActionRow>> = {
  create: {
    text: 'Make a resource.',
    options: [],
    resources: { server: { text: 'Show the servers of the own space in another one, too.', options: [] } },
  },
  get: {
    text: 'Show one resource.',
    options: [],
    resources: {
      server: { text: 'Show the server at a host and port.', options: [] },
      engine: engine('Show the engine of a user at a host and port.'),
    },
  },
  delete: {
    text: 'Delete a resource: what it stands for ends gracefully.',
    options: [],
    resources: {
      server: { text: 'Delete the node of a server; it drains.', options: waitOptions },
      engine: engine('Delete the node of an engine of a user.'),
    },
  },
  list: {
    text: 'List resources.',
    options: [],
    resources: {
      server: { text: 'List the servers of a space.', options: [] },
      engine: engine('List the engines of a user.'),
    },
  },
  undrain: {
    text: 'Take a server back that is draining.',
    options: [],
    resources: {
      server: { text: 'The server registers anew and takes sessions again.', options: [] },
    },
  },
};

/** Kyuubi's, by REST alone. */
export const REST_ONLY = {
  actions: new Set(['log', 'submit']),
  resources: new Set(['batch', 'session']),
} as const;

/** No resource word means a server. */
export function optionsOf(action: CtlAction | null, resource: CtlResource | null): readonly OptionRow[] {
  if (action === null) return commonOptions;
  const row = actions[action];
  return [...commonOptions, ...row.options, ...(row.resources[resource ?? 'server']?.options ?? [])];
}
