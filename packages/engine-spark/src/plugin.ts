import { type EnginePlugin, SenbonError } from '@senbon/core';
import { launchEngineProcess } from '@senbon/engine-host';
import { readSparkOptions, sparkArea } from './options.ts';

const TYPE = 'SPARK_SQL';
/** The built main module, also when this file runs from `src`: a child process knows no TypeScript. */
const ENTRY = new URL('../dist/engine-main.js', import.meta.url);

/** Spark as an engine: one detached process per engine space, which launches Spark or attaches to one. */
export const enginePlugin: EnginePlugin = {
  type: TYPE,
  supports: { sharedConnections: true, gatewayToken: true },
  launch: async (request, context) => {
    const { kind } = readSparkOptions(request.conf);
    if (kind !== 'connect') {
      const problem = `${sparkArea.kind.name} is ${kind}, which does not exist yet; connect does`;
      throw new SenbonError('ENGINE_LAUNCH_FAILED', { type: TYPE, problem, log: '' });
    }
    return launchEngineProcess({ type: TYPE, entry: ENTRY, request, context });
  },
};
