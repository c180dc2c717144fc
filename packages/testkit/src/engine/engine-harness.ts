import type { DiscoveryClient, EnginePlugin } from '@senbon/core';
import type { SuiteRunner } from '../discovery/harness.ts';

export interface EngineSuiteOptions {
  readonly name: string;
  /** vitest's, jest's or node:test's functions: the kit depends on none of them. */
  readonly runner: SuiteRunner;
  readonly start: () => Promise<EngineHarness>;
}

/** What the kit launches engines with. */
export interface EngineHarness {
  readonly plugin: EnginePlugin;
  /** An opened client on the discovery that engines register in. */
  readonly discovery: DiscoveryClient;
  /** What an engine needs to reach it: `kyuubi.ha.addresses`, `kyuubi.ha.client.class`. */
  readonly conf: ReadonlyMap<string, string>;
  /** A directory for logs and scratch files; the caller removes it. */
  readonly workDir: string;
  /** A statement with one row of one column, the number 1. */
  readonly selectOne: string;
  /** A statement that runs for a minute or more. */
  readonly slow: string;
  /** A statement that fails, and its SQLSTATE. */
  readonly failing: { readonly statement: string; readonly sqlState: string };
  stop(): Promise<void>;
}
