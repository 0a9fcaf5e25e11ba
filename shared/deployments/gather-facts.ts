import { personOf, readPeople, UNKNOWN_AUTHOR, UNMAPPED } from '../approvals/index.ts';
import { Fault, isFault } from '../kernel/index.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import { environmentOf, readService } from '../services/index.ts';
import type { BlockReason } from './contract.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import type { FactsDeps, TaskInput, TaskResult } from './ports.ts';
import { readChange } from './read-change.ts';
import { type GatherFactsInputs, type GatherFactsOutcome, gatherFacts } from './rules/gather-facts.ts';
import { blockDeployment } from './rules/record-step.ts';
import { type Move, standing, takeStep } from './take-step.ts';

/**
 * Reads what the change is from the forge, and what takes the traffic from the platform. A revision that cannot be rolled
 * out blocks the deployment with its reason. Throws Fault when something cannot be read: the workflow tries again.
 */
export async function gatherFactsOfDeployment(deps: FactsDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  if (deployment.state.kind !== 'Requested') return standing(deps, deployment);
  const target = await targetOf(deps, deployment);
  const { arms } = await deps.traffic.read(target);
  const [only] = arms;
  const block = (reason: BlockReason, found: Readonly<Record<string, unknown>>) =>
    blocked(deps, deployment, input.key, reason, found);
  if (only === undefined || arms.length > 1) return block('TRAFFIC_SPLIT', { arms });
  const canary = await deps.traffic.version(target, deployment.data.revision);
  if (canary === only.revision) return block('ALREADY_DEPLOYED', { version: canary });
  const base = await deps.traffic.gitRevision(target, only.revision);
  const inputs = await changeOf(deps, deployment, base);
  if (inputs === undefined) return block('REVISION_UNKNOWN', { revision: deployment.data.revision });
  if (canary === undefined) return block('VERSION_UNKNOWN', { revision: deployment.data.revision });
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: gatherFacts,
    inputs,
    move: await movesTo(deps, { canary, baseline: only.revision }, inputs),
  });
  return standing(deps, moved);
}

/** Where the traffic of a deployment is split. Throws Fault NotFound when the registry no longer says. */
export async function targetOf(
  deps: Pick<FactsDeps, 'store'>,
  { service, environment }: Pick<Deployment, 'service' | 'environment'>,
): Promise<LambdaTarget> {
  const place = environmentOf(await readService(deps, service), environment);
  if (place?.platform !== 'lambda')
    throw new Fault('NotFound', `service ${service} has no environment ${environment} on lambda`);
  return { platform: 'lambda', service, environment, function: place.function, alias: place.alias };
}

/** What the forge says of the change, and the registry of its service; undefined when the repository has no such revision. */
async function changeOf(
  deps: FactsDeps,
  deployment: Deployment,
  base: string | undefined,
): Promise<GatherFactsInputs | undefined> {
  const { repository, dataClasses } = await readService(deps, deployment.service);
  const { revision, declared: caller } = deployment.data;
  try {
    const change = await readChange(deps, { repository, revision, base, caller });
    return { ...change, ...(dataClasses !== undefined && { dataClasses }) };
  } catch (thrown) {
    if (isFault(thrown, 'InvalidInput')) return undefined;
    throw thrown;
  }
}

type Versions = { readonly canary: string; readonly baseline: string };

async function movesTo(
  deps: FactsDeps,
  { canary, baseline }: Versions,
  inputs: GatherFactsInputs,
): Promise<(outcome: GatherFactsOutcome) => Move> {
  const authors = await Promise.all(
    gatherFacts
      .decide(inputs)
      .authors.map(
        async (login) => (await personOf(deps.store, 'github', login))?.person ?? `${UNMAPPED}${login}`,
      ),
  );
  const written = [...new Set([...authors, ...(await namedAs(deps, inputs.caller.author))])];
  return ({ facts, anonymous, reasons }) => ({
    event: 'FactsGathered',
    state: { kind: 'FactsGathered' },
    reasons,
    data: {
      ...{ change: facts, canary, baseline, irreversible: facts.irreversible },
      // nobody can say that an approver did not write a part of it: then nobody may approve
      authors: anonymous > 0 || inputs.unseen !== null ? [...written, UNKNOWN_AUTHOR] : written,
    },
  });
}

/** The person of this name: callers name an author by a login or by the name that who is who has. */
async function namedAs({ store }: FactsDeps, author: string | undefined): Promise<readonly string[]> {
  if (author === undefined) return [];
  const { people } = await readPeople(store);
  return people.map(({ person }) => person).filter((person) => person.toLowerCase() === author.toLowerCase());
}

const BLOCKED: Readonly<Partial<Record<BlockReason, string>>> = {
  TRAFFIC_SPLIT: 'more than one version takes the traffic: somebody else is rolling out',
  ALREADY_DEPLOYED: 'this revision takes all of the traffic already',
  REVISION_UNKNOWN: "the service's repository has no such commit",
  VERSION_UNKNOWN: 'no published version of the function carries this revision (docs/integrations/lambda.md)',
};

async function blocked(
  deps: FactsDeps,
  deployment: Deployment,
  key: string,
  reason: BlockReason,
  found: Readonly<Record<string, unknown>>,
): Promise<TaskResult> {
  const moved = await takeStep(deps, deployment, {
    key,
    rule: blockDeployment,
    inputs: { reason, found },
    move: () => ({
      event: 'DeploymentBlocked',
      state: { kind: 'Blocked', reason },
      reasons: [{ code: reason, text: BLOCKED[reason] ?? reason }],
    }),
  });
  return standing(deps, moved);
}
