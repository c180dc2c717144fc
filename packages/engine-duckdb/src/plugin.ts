import type { EnginePlugin } from '@senbon/core';
import { launchEngineProcess } from '@senbon/engine-host';
import { threadPoolEnv } from './thread-pool.ts';

const TYPE = 'DUCKDB';
/** The built main module, also when this file runs from `src`: a child process knows no TypeScript. */
const ENTRY = new URL('../dist/engine-main.js', import.meta.url);

/** DuckDB as an engine: one detached process per engine space. */
export const enginePlugin: EnginePlugin = {
  type: TYPE,
  supports: { sharedConnections: true, gatewayToken: true },
  launch: (request, context) =>
    launchEngineProcess({ type: TYPE, entry: ENTRY, request, context, env: threadPoolEnv(request.conf) }),
};
