import type { EnginePlugin } from '@senbon/core';
import { launchEngineProcess } from '@senbon/engine-host';
import { ENGINE_TYPE, launchFailed } from './launch/launch-failed.ts';
import { readSparkOptions, sparkArea } from './options.ts';

/** The built main module, also when this file runs from `src`: a child process knows no TypeScript. */
const ENTRY = new URL('../dist/engine-main.js', import.meta.url);

/** Spark as an engine: one detached process per engine space, which launches Spark or attaches to one. */
export const enginePlugin: EnginePlugin = {
  type: ENGINE_TYPE,
  supports: { sharedConnections: true, gatewayToken: true },
  launch: async (request, context) => {
    const { kind } = readSparkOptions(request.conf);
    if (kind !== 'connect') {
      const problem = `${sparkArea.kind.name} is ${kind}, which does not exist yet; connect does`;
      throw launchFailed(problem);
    }
    return launchEngineProcess({ type: ENGINE_TYPE, entry: ENTRY, request, context });
  },
};
