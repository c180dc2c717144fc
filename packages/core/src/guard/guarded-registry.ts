import type {
  CallOptions,
  NodeSpec,
  Registration,
  RegistrationEnd,
  Registry,
  ServiceNode,
  Subscription,
} from '../ports/discovery.ts';
import type { DiscoveryContext } from './guard-discovery.ts';
import { PluginFault } from './guarded-call.ts';

/** Plugins keep at a registration for a while by themselves: `kyuubi.ha.zookeeper.node.creation.timeout`, PT2M. */
const REGISTER_TIMEOUT_MS = 150_000;

export class GuardedRegistry implements Registry {
  readonly #registry: Registry;
  readonly #context: DiscoveryContext;

  constructor(registry: Registry, context: DiscoveryContext) {
    this.#registry = registry;
    this.#context = context;
  }

  async register(space: string, node: NodeSpec, call: CallOptions = {}): Promise<Registration> {
    const registration = await this.#context.call(space, {
      what: 'registry.register',
      timeoutMs: Math.max(REGISTER_TIMEOUT_MS, this.#context.callTimeoutMs),
      signal: call.signal,
      run: (signal) => this.#registry.register(space, node, { signal }),
      onLate: (late) => void late.close(),
    });
    return guardRegistration(registration, this.#context);
  }

  async list(space: string, call: CallOptions = {}): Promise<readonly ServiceNode[]> {
    const what = 'registry.list';
    const run = async (signal: AbortSignal) =>
      asList(this.#context, what, await this.#registry.list(space, { signal }));
    return this.#context.call(space, { what, signal: call.signal, run });
  }

  async watch(
    space: string,
    listener: (nodes: readonly ServiceNode[]) => void,
    call: CallOptions = {},
  ): Promise<Subscription> {
    const what = `the watch of ${space}`;
    const { closing } = this.#context;
    let isWanted = true;
    const tell = this.#context.callback<readonly ServiceNode[]>(
      what,
      (nodes) => listener(asList(this.#context, what, nodes)),
      () => isWanted && !closing.aborted,
    );
    try {
      const subscription = await this.#context.call(space, {
        what: 'registry.watch',
        signal: call.signal,
        run: (signal) => this.#registry.watch(space, tell, { signal }),
        onLate: (late) => late.close(),
      });
      return {
        close: () => {
          isWanted = false;
          subscription.close();
        },
      };
    } catch (error) {
      isWanted = false;
      throw error;
    }
  }

  remove(path: string, call: CallOptions = {}): Promise<boolean> {
    const run = (signal: AbortSignal) => this.#registry.remove(path, { signal });
    return this.#context.call(path, { what: 'registry.remove', signal: call.signal, run });
  }
}

function asList(
  { plugin }: DiscoveryContext,
  what: string,
  nodes: readonly ServiceNode[],
): readonly ServiceNode[] {
  if (Array.isArray(nodes)) return nodes;
  throw new PluginFault(`plugin ${plugin} answered ${what} with no list`);
}

function guardRegistration(registration: Registration, context: DiscoveryContext): Registration {
  let closed: Promise<void> | null = null;
  const ended = new Promise<RegistrationEnd>((resolve) => {
    // An owner must not drain because its plugin is broken: then the end is never told.
    Promise.resolve(registration.ended).then(resolve, (error: unknown) =>
      context.logger.error(`Plugin ${context.plugin} lost sight of ${registration.path}`, error),
    );
  });
  return {
    get path() {
      return registration.path;
    },
    ended,
    close: () => {
      // The client's own close closes this too, so that its end is no reason to give it up.
      const run = () => registration.close();
      closed ??= context
        .call(registration.path, { what: 'registration.close', run })
        .catch((error: unknown) => {
          // The node may still be there, so closing again has to mean something.
          closed = null;
          throw error;
        });
      return closed;
    },
  };
}
