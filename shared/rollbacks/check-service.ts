import { Fault, isFault } from '../kernel/index.ts';
import type { DeliveryTarget } from '../ports/index.ts';
import { type ArgocdEnvironment, type LambdaEnvironment, readService } from '../services/index.ts';
import type { WorldDeps } from './ports.ts';
import { targetOf } from './read-world.ts';

export type Finding = {
  readonly check: string;
  readonly environment: string;
  readonly ok: boolean;
  readonly text: string;
};

type Probe = readonly [check: string, question: () => Promise<string>];

/** A place as the ports of the rollout know it. */
type LambdaPlace = LambdaEnvironment & { readonly service: string; readonly environment: string };
/** What answers for functions behind an alias, where this installation has it: each in words, or a Fault. */
export type LambdaChecks = {
  readonly alias: (place: LambdaPlace) => Promise<string>;
  readonly metrics: (place: LambdaPlace) => Promise<string>;
};
export type CheckDeps = WorldDeps & { readonly lambda?: LambdaChecks };

/**
 * What a 3 a.m. failure of a rollback would be, found by day: health readable, history measured, manifest and scalar in
 * place, branch rules readable, commits readable; of a function its alias and metrics. Changes nothing.
 * Throws Fault('NotFound') for an unknown service.
 */
export async function checkService(
  deps: CheckDeps,
  name: string,
): Promise<{ readonly ok: boolean; readonly findings: readonly Finding[] }> {
  const { environments, repository } = await readService(deps, name);
  const probes = Object.entries(environments).flatMap(([environment, place]) => {
    const asked =
      place.platform === 'argocd'
        ? argocdProbes(deps, repository, place, targetOf(name, environment, place))
        : lambdaProbes(deps.lambda, { ...place, service: name, environment });
    return asked.map(([check, question]) => find(environment, check, question));
  });
  const findings = await Promise.all(probes);
  return { ok: findings.every((finding) => finding.ok), findings };
}

function argocdProbes(
  deps: WorldDeps,
  codeRepository: string,
  place: ArgocdEnvironment,
  target: DeliveryTarget,
): readonly Probe[] {
  const { repository, branch, path, pointer } = place.manifest;
  const health = async () => {
    const reading = await deps.health.read(target);
    return `${reading.health}, ${reading.available ?? '?'} of ${reading.desired ?? '?'} replicas at ${reading.revision?.slice(0, 7) ?? 'no revision'}`;
  };
  const manifest = async () => {
    const file = await deps.forge.readFile(repository, path, branch);
    return `${path} ${pointer} is ${deps.manifest.read(file.text, pointer)}`;
  };
  const branchRules = async () => {
    const rules = await deps.forge.rules(repository, branch);
    const human = rules.requiredApprovals > 0 || rules.mergeQueue;
    return `${rules.requiredChecks.length} required checks${human ? '; a person or a merge queue must merge: mode auto will hand over' : ''}`;
  };
  const commits = async () => {
    const { revision } = await deps.health.read(target);
    const found = await deps.forge.commits(codeRepository, revision ?? 'HEAD', 2);
    return found.length > 1
      ? 'ancestors readable'
      : 'no ancestor to go back to yet: a rollback would ask a person';
  };
  return [
    ['health', health],
    ['deployments', async () => `${(await deps.health.deployments(target)).length} deployments known`],
    ['manifest', manifest],
    ['branch rules', branchRules],
    ['commits', commits],
    ['metrics', () => measured(deps, target)],
  ];
}

async function measured(deps: WorldDeps, target: DeliveryTarget): Promise<string> {
  const window = (await deps.health.deployments(target)).at(-1);
  if (window === undefined) return 'nothing was deployed yet';
  const to = window.to ?? new Date(deps.clock()).toISOString();
  const uptime = await deps.history.uptime(target, { ...window, to });
  return uptime === undefined
    ? 'reachable, but nothing was measured of the running revision'
    : `uptime ${uptime.fraction} over ${uptime.samples} requests`;
}

function lambdaProbes(checks: LambdaChecks | undefined, place: LambdaPlace): readonly Probe[] {
  const absent = async (): Promise<string> => {
    throw new Fault('Unavailable', 'this installation cannot read functions: not checked');
  };
  const { alias, metrics } = checks ?? { alias: absent, metrics: absent };
  return [
    ['alias', () => alias(place)],
    ['metrics', () => metrics(place)],
  ];
}

async function find(environment: string, check: string, question: () => Promise<string>): Promise<Finding> {
  try {
    return { check, environment, ok: true, text: await question() };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { check, environment, ok: false, text: `${thrown.name}: ${thrown.message}` };
  }
}
