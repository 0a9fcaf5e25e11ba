import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Counts } from './cost-counts.ts';
import { ROOT } from './result.ts';

const Ran = z.array(z.object({ name: z.string(), waited: z.number() }));
const Counted = z.array(
  z.object({
    environment: z.string(),
    counts: z.object({
      ...{ transitions: z.int(), ran: Ran, watched: Ran, writeUnits: z.number(), readUnits: z.number() },
      ...{ events: z.int(), decisions: z.int(), metricsAsked: z.int(), measuredBy: z.string().nullable() },
    }),
  }),
);
export type CountedDeployment = {
  readonly environment: string;
  readonly counts: Counts;
};

/**
 * What one good deployment of five stages makes AWS do. Its harness has the test runner's clock, so the counting is a test
 * that leaves its numbers in a file.
 */
export function countsOfDeployments(): readonly CountedDeployment[] {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-counts-')), 'counts.json');
  execFileSync('npx', ['--no-install', 'vitest', 'run', 'test/bench/deployment-counts.test.ts'], {
    ...{ cwd: ROOT, stdio: 'ignore' },
    // biome-ignore lint/style/noProcessEnv: the runner needs the surroundings it is started in
    env: { ...process.env, HOLDFAST_COUNTS: file },
  });
  return Counted.parse(JSON.parse(readFileSync(file, 'utf8')));
}
