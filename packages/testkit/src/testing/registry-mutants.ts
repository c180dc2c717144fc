import { setTimeout as delay } from 'node:timers/promises';
import {
  type DiscoveryClient,
  type NodeSpec,
  type Registration,
  type ServiceNode,
  type Subscription,
} from '@senbon/core';
import type { Mutate } from './mutant.ts';

export interface Mutant {
  /** A way to get the port wrong, as the end of "a plugin that …". */
  readonly wrong: string;
  /** The check that has to notice. */
  readonly test: string;
  readonly mutate: Mutate;
}

type Listener = (nodes: readonly ServiceNode[]) => void;

const listing = (
  { registry }: DiscoveryClient,
  change: (nodes: readonly ServiceNode[]) => readonly ServiceNode[],
) => ({
  registry: {
    ...registry,
    list: async (...args: Parameters<typeof registry.list>) => change(await registry.list(...args)),
  },
});

export const registering = (
  { registry }: DiscoveryClient,
  change: (spec: NodeSpec) => NodeSpec,
  wrap: (registration: Registration) => Registration = (registration) => registration,
) => ({
  registry: {
    ...registry,
    register: async (...[space, spec, call]: Parameters<typeof registry.register>) =>
      wrap(await registry.register(space, change(spec), call)),
  },
});

export const same = (spec: NodeSpec): NodeSpec => spec;

const watching = ({ registry }: DiscoveryClient, wrap: (space: string, listener: Listener) => Listener) => ({
  registry: {
    ...registry,
    watch: async (...[space, listener, call]: Parameters<typeof registry.watch>) =>
      registry.watch(space, wrap(space, listener), call),
  },
});

const NO_RETURN = 'another client sees and removes the node; the owner is told and does not register again';
const LATE_MS = 300;

const registeringAgain = ({ registry }: DiscoveryClient, afterMs: number) => ({
  registry: {
    ...registry,
    register: async (...[space, spec]: Parameters<typeof registry.register>) => {
      const registration = await registry.register(space, spec);
      void registration.ended
        .then(() => delay(afterMs))
        .then(() => registry.register(space, spec))
        .catch(() => undefined);
      return registration;
    },
  },
});

export const registryMutants: readonly Mutant[] = [
  {
    wrong: 'loses the attributes of a node',
    test: 'registers a node in the shape that drivers and engines know',
    mutate: (client) => listing(client, (nodes) => nodes.map((node) => ({ ...node, attributes: {} }))),
  },
  {
    wrong: 'throws where no space is',
    test: 'a space that is not there is empty',
    mutate: (client) =>
      listing(client, (nodes) => {
        if (nodes.length === 0) throw new Error('no node');
        return nodes;
      }),
  },
  {
    wrong: 'lists in the reverse order',
    test: 'lists in the order of registration, whatever the names',
    mutate: (client) => listing(client, (nodes) => nodes.toReversed()),
  },
  {
    wrong: 'registers again what somebody deleted',
    test: NO_RETURN,
    mutate: (client) => registeringAgain(client, 0),
  },
  {
    wrong: 'registers again what somebody deleted, but not at once',
    test: NO_RETURN,
    mutate: (client) => registeringAgain(client, LATE_MS),
  },
  {
    wrong: 'leaves the node of a closed registration',
    test: 'a closed registration is gone',
    mutate: (client) =>
      registering(client, same, ({ path }) => {
        let close = async (): Promise<void> => undefined;
        const ended = new Promise<'closed'>((resolve) => {
          close = async () => resolve('closed');
        });
        return { path, ended, close: () => close() };
      }),
  },
  {
    wrong: 'repairs a name instead of refusing it',
    test: 'a name that would come apart is refused',
    mutate: (client) =>
      registering(client, (spec) => {
        const pairs = Object.entries(spec.attributes ?? {});
        return {
          ...spec,
          attributes: Object.fromEntries(pairs.map(([k, v]) => [k, v.replaceAll(/[/;]/g, '_')])),
        };
      }),
  },
  {
    wrong: 'throws at a foreign sibling',
    test: 'foreign and unreadable siblings are passed over',
    mutate: ({ registry, records }) => ({
      registry: {
        ...registry,
        list: async (space) => {
          if ((await records.list(space)).length > 1) throw new Error('cannot parse it');
          return registry.list(space);
        },
      },
    }),
  },
  {
    wrong: 'knows only the newest spelling of a name',
    test: 'nodes of older releases, whose name begins with serviceUri, are read',
    mutate: (client) => listing(client, (nodes) => nodes.filter(({ name }) => name.startsWith('serverUri='))),
  },
  {
    wrong: 'binds a persistent node to its client',
    test: 'a persistent node outlives its client',
    mutate: (client) => registering(client, (spec) => ({ ...spec, persistent: false })),
  },
  {
    wrong: 'publishes host and port whatever it is given',
    test: 'published configurations are data like any other, and the address is read from them',
    mutate: (client) => registering(client, ({ data: _data, ...spec }) => spec),
  },
];

export const watchMutants: readonly Mutant[] = [
  {
    wrong: 'does not tell the present list',
    test: 'tells the present list at once, then every change',
    mutate: (client) =>
      watching(client, (_, listener) => {
        let isFirst = true;
        return (nodes) => {
          if (!isFirst) listener(nodes);
          isFirst = false;
        };
      }),
  },
  {
    wrong: 'does not watch what is not there yet',
    test: 'a space that is made later is watched from its beginning',
    mutate: (client) =>
      watching(client, (_, listener) => {
        let wasEmpty = false;
        return (nodes) => {
          if (!wasEmpty) listener(nodes);
          wasEmpty ||= nodes.length === 0;
        };
      }),
  },
  {
    wrong: 'is overwhelmed by many changes',
    test: 'no change is lost when many come at once',
    mutate: (client) =>
      watching(client, (_, listener) => (nodes) => {
        if (nodes.length < 8) listener(nodes);
      }),
  },
  {
    wrong: 'ends a watch for all when one leaves',
    test: 'listeners of one space do not depend on each other',
    mutate: ({ registry }) => {
      const all: Subscription[] = [];
      const close = (): void => all.forEach((subscription) => subscription.close());
      return {
        registry: {
          ...registry,
          watch: async (space, listener) => {
            all.push(await registry.watch(space, listener));
            return { close };
          },
        },
      };
    },
  },
  {
    wrong: 'falls over a listener that throws',
    test: 'a listener that throws does not end the watch',
    mutate: (client) => {
      let hasFallen = false;
      return watching(client, (_, listener) => (nodes) => {
        if (hasFallen) return;
        try {
          listener(nodes);
        } catch {
          hasFallen = true;
        }
      });
    },
  },
];
