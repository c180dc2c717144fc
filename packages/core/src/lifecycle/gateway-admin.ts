import { SenbonError } from '../errors/senbon-error.ts';
import type { DrainStatus, GatewayAdmin } from '../frontend/rest/gateway-admin.ts';
import type { Registry } from '../ports/discovery.ts';

export interface Drainable {
  readonly drainStatus: DrainStatus;
  drain(
    why: string,
    options: { readonly canUndo: boolean; readonly deadlineMs: number | null },
  ): Promise<void>;
  undrain(why: string): Promise<void>;
}

export interface GatewayAdminOptions {
  readonly gateway: Drainable;
  readonly registry: Registry;
  readonly spaces: ReadonlySet<string>;
}

/** A gateway as its own REST frontend sees it. */
export function gatewayAdmin({ gateway, registry, spaces }: GatewayAdminOptions): GatewayAdmin {
  return {
    status: () => gateway.drainStatus,
    drain(deadlineMs) {
      const { state, instance } = gateway.drainStatus;
      if (state !== 'running' && state !== 'draining') {
        throw new SenbonError('DRAIN_REFUSED', { instance, action: 'drain', problem: `it is ${state}` });
      }
      void gateway.drain('asked for by REST', { canUndo: true, deadlineMs });
    },
    undrain: () => gateway.undrain('asked for by REST'),
    async servers() {
      const lists = [...spaces].map(async (space) => [space, await registry.list(space)] as const);
      return new Map(await Promise.all(lists));
    },
  };
}
