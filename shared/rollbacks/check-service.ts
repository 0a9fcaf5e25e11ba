import { isFault } from '../kernel/index.ts';
import { readService } from '../services/index.ts';
import type { WorldDeps } from './ports.ts';
import { targetOf } from './read-world.ts';

export type Finding = {
  readonly check: string;
  readonly environment: string;
  readonly ok: boolean;
  readonly text: string;
};

/**
 * What a 3 a.m. failure of a rollback would be, found by day: health readable, history measured, manifest and scalar in
 * place, branch rules readable, commits readable. Changes nothing. Throws Fault('NotFound') for an unknown service.
 */
export async function checkService(
  deps: WorldDeps,
  name: string,
): Promise<{ readonly ok: boolean; readonly findings: readonly Finding[] }> {
  const service = await readService(deps, name);
  const perEnvironment = Object.entries(service.environments).map(async ([environment, place]) => {
    const target = targetOf(service, name, environment);
    const { repository, branch, path, pointer } = place.manifest;
    const probe = (check: string, question: () => Promise<string>) => find(environment, check, question);
    return Promise.all([
      probe('health', async () => {
        const reading = await deps.health.read(target);
        return `${reading.health}, ${reading.available ?? '?'} of ${reading.desired ?? '?'} replicas at ${reading.revision?.slice(0, 7) ?? 'no revision'}`;
      }),
      probe('deployments', async () => `${(await deps.health.deployments(target)).length} deployments known`),
      probe('manifest', async () => {
        const file = await deps.forge.readFile(repository, path, branch);
        return `${path} ${pointer} is ${deps.manifest.read(file.text, pointer)}`;
      }),
      probe('branch rules', async () => {
        const rules = await deps.forge.rules(repository, branch);
        const human = rules.requiredApprovals > 0 || rules.mergeQueue;
        return `${rules.requiredChecks.length} required checks${human ? '; a person or a merge queue must merge: mode auto will hand over' : ''}`;
      }),
      probe('commits', async () => {
        const { revision } = await deps.health.read(target);
        const commits = await deps.forge.commits(service.repository, revision ?? 'HEAD', 2);
        return `${commits.length > 1 ? 'ancestors readable' : 'no ancestor to go back to yet: a rollback would ask a person'}`;
      }),
      probe('metrics', async () => {
        const window = (await deps.health.deployments(target)).at(-1);
        if (window === undefined) return 'nothing was deployed yet';
        const to = window.to ?? new Date(deps.clock()).toISOString();
        const uptime = await deps.history.uptime(target, { ...window, to });
        return uptime === undefined
          ? 'reachable, but nothing was measured of the running revision'
          : `uptime ${uptime.fraction} over ${uptime.samples} requests`;
      }),
    ]);
  });
  const findings = (await Promise.all(perEnvironment)).flat();
  return { ok: findings.every((finding) => finding.ok), findings };
}

async function find(environment: string, check: string, question: () => Promise<string>): Promise<Finding> {
  try {
    return { check, environment, ok: true, text: await question() };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { check, environment, ok: false, text: `${thrown.name}: ${thrown.message}` };
  }
}
