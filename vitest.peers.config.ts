import { defineConfig } from 'vitest/config';

/** The suites against real peers. They start servers of their own; one file at a time keeps their figures honest on two cores. */
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
