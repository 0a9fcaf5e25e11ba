import { defineConfig } from 'vitest/config';

/** The longest journeys, each on a whole local cloud: first, side by side. */
const CLOUDS = ['test/scenarios/{deployments,journeys}.test.ts'];
/** All else that runs on a whole local cloud. */
const SCENARIOS = ['test/scenarios/**/*.test.ts', 'test/conformance/{outside-signals,signal-doors}.test.ts'];
/** Those that change what others of their process would meet: the environment, a class of the SDK, the clock. */
const OWN = [
  'test/functions/**/*.test.ts',
  'test/security/**/*.test.ts',
  'test/upgrade/**/*.test.ts',
  'test/adapters/aws/**/*.test.ts',
  'test/infra/{alarms-emitted,routes}.test.ts',
  'test/local/lambda/running-time.test.ts',
  'test/local/events/schedule.test.ts',
];
/** Those that start nothing and open nothing; time may be virtual. */
const PURE = [
  'test/shared/**/*.test.ts',
  'test/statemachines/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/campaign/**/*.test.ts',
];

const ALL = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 3 };
const WAITS = { ...ALL, testTimeout: 180_000, hookTimeout: 180_000 };
/** Files of one process share one load of their modules. */
const SHARING = { isolate: false, unstubEnvs: true, unstubGlobals: true };
/** What a cloud reads late it does not confirm, so clouds have the processor first. */
const BEHIND = { setupFiles: ['test/support/behind.ts'] };

/**
 * Three workers take the files project by project, in the order of the projects' names. So the first two begin with the
 * journeys, which mostly wait, and the third fills the time with what only computes.
 */
export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      { test: { ...WAITS, name: 'clouds', include: CLOUDS } },
      { test: { ...ALL, ...BEHIND, name: 'own', include: OWN } },
      { test: { ...ALL, ...BEHIND, ...SHARING, name: 'pure', include: PURE } },
      { test: { ...WAITS, name: 'scenarios', include: SCENARIOS, exclude: CLOUDS } },
      {
        test: {
          ...ALL,
          ...BEHIND,
          ...SHARING,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...OWN, ...PURE, ...SCENARIOS],
        },
      },
    ],
  },
});
