import type { EnginePlugin } from '@senbon/core';
import { launchEngineProcess } from '@senbon/engine-host';
import { readSparkOptions } from './options.ts';

const TYPE = 'SPARK_SQL';
/** The built main module, also when this file runs from `src`: a child process knows no TypeScript. */
const ENTRY = new URL('../dist/engine-main.js', import.meta.url);

/** Spark as an engine: one detached process per engine space, which launches Spark or attaches to one. */
export const enginePlugin: EnginePlugin = {
  type: TYPE,
  supports: { sharedConnections: true, gatewayToken: true },
  launch: (request, context) => {
    // A kind that does not exist is known before a process is started.
    readSparkOptions(request.conf);
    return launchEngineProcess({ type: TYPE, entry: ENTRY, request, context });
  },
};
