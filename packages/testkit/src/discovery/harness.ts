import type { DiscoveryClient, DiscoveryOptions, DiscoveryPlugin, DiscoverySupports } from '@senbon/core';

/**
 * The test runner's functions, passed in so that the kit depends on none: those of vitest fit as they are
 * (`import { afterAll, beforeAll, describe, it } from 'vitest'`), and so do those of others. Assertions are Node's own.
 */
export interface SuiteRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, run: () => Promise<void>): unknown;
  beforeAll(run: () => Promise<void>): unknown;
  afterAll(run: () => Promise<void>): unknown;
}

/** What the plugin declares, and what its harness can do to it. An ability that is not declared is not tested. */
export interface DiscoverySuiteSupports extends DiscoverySupports {
  /** The harness has `expireSession`. */
  readonly expireSession: boolean;
}

export interface DiscoveryHarness {
  readonly plugin: DiscoveryPlugin;
  /** For clients that may do everything. A short session time-out makes the suite quick. */
  readonly options: DiscoveryOptions;
  /** Ends the server. */
  stop(): Promise<void>;
  /** Makes the server forget the client's session, as if it had been out of reach for too long. */
  readonly expireSession?: (client: DiscoveryClient) => Promise<void>;
}

export interface DiscoverySuiteOptions {
  /** For the headings. */
  readonly name: string;
  readonly runner: SuiteRunner;
  readonly supports: DiscoverySuiteSupports;
  /** Called once, before the first test. */
  start(): Promise<DiscoveryHarness>;
}
