import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAssembly } from '../build.ts';
import { startWorld } from '../world.ts';
import { SCENARIOS } from './index.ts';
import { runScenarios } from './scenario.ts';

const USAGE_EXIT = 2;

/** One JSON line each: what the command line shows as it happens. */
function tell(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Runs the named journeys (all, if none is named) side by side on a fresh local cloud, then waits for stdin to close. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { speed: { type: 'string', default: '10' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `there is no scenario ${unknown.join(', ')}; known: ${SCENARIOS.map((each) => each.name).join(', ')}\n`,
    );
    process.exitCode = USAGE_EXIT;
    return;
  }
  const chosen =
    positionals.length === 0
      ? SCENARIOS
      : SCENARIOS.filter((scenario) => positionals.includes(scenario.name));
  const { assembly } = await buildAssembly({
    root: join(import.meta.dirname, '../..'),
    log: (text) => tell({ type: 'progress', text }),
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const world = await startWorld({ assembly, dataDir, port: 0, speed: Number(values.speed), log: () => {} });
  try {
    tell({ type: 'ready', api: world.cloud.api, token: world.token('viewer') });
    await runScenarios(
      world,
      chosen,
      ({ name }) => ({
        note: (text) => tell({ type: 'note', scenario: name, text }),
        step: (entry) => tell({ type: 'step', scenario: name, entry }),
        look: (rollout) => tell({ type: 'look', scenario: name, rollout }),
      }),
      (result) => tell({ type: 'result', result }),
    );
    tell({ type: 'done' });
    await new Promise((ended) => process.stdin.resume().once('end', ended).once('close', ended));
  } finally {
    await world.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await main();
