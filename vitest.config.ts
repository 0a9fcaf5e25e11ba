import { defineConfig } from 'vitest/config';

/** What fills both cores by itself and must not read late. Those named mostly wait, and nothing in them hurries. */
const SCENARIOS = 'test/scenarios/**/!(restart|github-app|deployments).test.ts';
/** Pure tests: no module of theirs keeps anything, so they share one load of them. */
const PURE = [
  'test/shared/**/*.test.ts',
  'test/statemachines/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/campaign/**/*.test.ts',
];
const SHARED = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000 };

/** Three workers for all that stands alone, since some of it waits; then the journeys, one file after the other. */
export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...SHARED,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [SCENARIOS, ...PURE],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...SHARED,
          name: 'pure',
          include: PURE,
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...SHARED,
          name: 'scenarios',
          include: [SCENARIOS],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
