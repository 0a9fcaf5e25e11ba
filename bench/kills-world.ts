import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayOverApi } from '../cli/commands/ledger-replay.ts';
import { verifyOverApi } from '../cli/commands/ledger-verify.ts';
import { api } from '../cli/http.ts';
import { buildAssembly } from '../local/build.ts';
import { prepareService } from '../local/scenarios/prepare.ts';
import { startWorld } from '../local/world.ts';
import { freePorts } from '../test/support/free-ports.ts';
import { effectsOf } from './kills-effects.ts';
import type { KillPlace } from './kills-places.ts';
import { type Ground, type KillRun, killRun } from './kills-run.ts';
import { type Cut, textOf, watchSteps } from './kills-steps.ts';
import { ROOT, type Say } from './result.ts';

/** The API, the AWS endpoint and the sandbox's three: a cloud that starts again needs the addresses it had. */
const PORTS = 5;
/** A repository takes at most five merges an hour. */
const RUNS_PER_REPOSITORY = 5;
/** The services of earlier runs are read by every sweep; so each world sees only so many. */
export const RUNS_PER_WORLD = 15;
/**
 * Seconds before scaling. Ten healthy seconds after the merge are enough here; and what a loaded machine reads late at
 * full speed is no gap: six real seconds stay fewer than the fifteen of AWS.
 */
const TIMINGS = { healthRestored: 10, readingGap: 60, invariantFreshness: 60, confirmationWait: 600 };

/** Where a checkpoint is awaited: on a loaded machine it may come late. */
const AWAITED = { checkpointWait: 600 };

export type Planned = { readonly place: KillPlace; readonly cut?: Cut };

/** What a world's ledger says after its runs, beside what each run says by itself. */
export type WorldReport = {
  readonly runs: readonly KillRun[];
  readonly entries: number;
  readonly findings: readonly string[];
  /** Why the bench could not follow it; nothing of its runs is counted then. */
  readonly fell?: string;
};

/**
 * Runs of a plan in one fresh world, one after the other, prepared by fives; then its ledger is read as a whole. None is
 * begun after `ends` (of `performance.now`).
 */
export async function runsInOneWorld(
  plan: readonly Planned[],
  speed: number,
  say: Say,
  ends = Number.POSITIVE_INFINITY,
): Promise<WorldReport> {
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-kills-'));
  const world = await startWorld({
    ...{ assembly, dataDir, speed, port: await freePorts(PORTS) },
    log: () => undefined,
  });
  const steps = watchSteps(dataDir);
  try {
    await introducePeople(world);
    const ground = { world, steps, approver: await tokenOf(world.cloud.issuer, 'lee') };
    const runs: KillRun[] = [];
    for (let from = 0; from < plan.length && performance.now() < ends; from += RUNS_PER_REPOSITORY)
      runs.push(...(await runSome(ground, dataDir, plan.slice(from, from + RUNS_PER_REPOSITORY), from, say)));
    return await report(ground, runs);
  } finally {
    steps.close();
    await world.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function runSome(
  ground: Ground,
  dataDir: string,
  plan: readonly Planned[],
  from: number,
  say: Say,
): Promise<readonly KillRun[]> {
  const { world } = ground;
  const repository = `acme/gitops-${from}`;
  const prepared = plan.map(async ({ place, cut }, index) => {
    const service = `kill${from + index}`;
    const target = { place, service, repository, dataDir };
    const { environment, awaitCheckpoint } = place;
    const asked = {
      ...{ environment, gitops: repository, timings: { ...TIMINGS, ...(awaitCheckpoint && AWAITED) } },
      ...(awaitCheckpoint && { awaitCheckpoint }),
    };
    return { cut, target, stable: await prepareService(world, service, 'auto', asked) };
  });
  const runs: KillRun[] = [];
  for (const { cut, target, stable } of await Promise.all(prepared)) {
    const run = await killRun(ground, target, stable, cut);
    runs.push(run);
    const where = cut === undefined ? 'not cut' : `cut ${textOf(cut)} (${run.at})`;
    const down = run.killed ? `killed, back after ${run.downMs} ms` : 'not killed';
    say(
      `  ${target.place.name}, ${where}: ${cut === undefined ? '' : `${down}, `}${run.end} after ${run.seconds} s`,
    );
    // its replicas would be in the way of the next run
    await world.sandbox.deployer.scale(`${target.service}-${target.place.environment}`, 0);
  }
  return runs;
}

/** Reads the effects once more, for what came late, and the whole ledger. */
async function report({ world }: Ground, runs: readonly KillRun[]): Promise<WorldReport> {
  const call = api({ api: world.cloud.api, token: world.token('viewer') });
  const { verification, completeness, special } = await verifyOverApi(call, true);
  const replay = await replayOverApi(call);
  const { complete, ...gaps } = completeness ?? { complete: false };
  return {
    runs: runs.map((run) => ({ ...run, effects: effectsOf(world, run.target) })),
    entries: verification.kind === 'sound' ? replay.decisions : 0,
    findings: [
      ...(verification.kind === 'sound' ? [] : [`the ledger is ${JSON.stringify(verification)}`]),
      ...(complete ? [] : [`the ledger is not complete: ${JSON.stringify(gaps)}`]),
      ...special.map(({ kind, seq }) => `the ledger has ${kind} at ${seq}`),
      ...replay.findings.map((finding) => `replay: ${JSON.stringify(finding)}`),
      ...world.sandbox.forge.violations().map((broken) => `the forge's contract: ${broken}`),
    ],
  };
}

/** Who may approve in production: lee, and dana, who writes the changes. */
async function introducePeople(world: Ground['world']): Promise<void> {
  const people = ['dana', 'lee'].map((person) => ({
    ...{ person, role: 'approver' },
    identities: [{ via: 'github', id: person }],
  }));
  await world.api('PUT', '/v1/people', { people });
}

async function tokenOf(issuer: string, person: string): Promise<string> {
  const body = JSON.stringify({ person, groups: ['approver'] });
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
  return ((await answer.json()) as { readonly id_token: string }).id_token;
}
