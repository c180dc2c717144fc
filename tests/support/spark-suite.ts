import { afterAll, beforeAll } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from './gateway.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway } from './spark.ts';

/** Not there before the first hook has run. */
export interface SparkSuite {
  readonly gateway: Gateway;
  readonly home: GatewayHome;
}

/** A gateway with Spark engines for all tests of the file that calls it. */
export function sparkSuite(): SparkSuite {
  let started: SparkSuite;
  beforeAll(async () => {
    started = await startGateway(await sparkGateway());
  }, SPARK_FETCH_TIMEOUT_MS);
  afterAll(async () => started?.home.close());
  return {
    get gateway() {
      return started.gateway;
    },
    get home() {
      return started.home;
    },
  };
}
