import { personOf, UNMAPPED } from '../approvals/index.ts';
import { type Actor, canonicalJson, decide, Fault, isFault, isoTime, newId } from '../kernel/index.ts';
import { environmentOf, readService, type ServiceDocument } from '../services/index.ts';
import { refusalOfRun } from './check-run.ts';
import { METRICS, type Preset } from './contract.ts';
import { type Deployment, type DeploymentData, deploymentOf, stateDeadline } from './deployment.ts';
import type { DeploymentDeps } from './ports.ts';
import { type Refused, refuseRequest } from './refuse-request.ts';
import type { CallerFacts } from './rules/gather-facts.ts';
import { requestDeploymentRule } from './rules/record-step.ts';
import { slotOf, standing } from './take-step.ts';

export type RequestInput = {
  readonly service: string;
  readonly environment: string;
  /** A full commit sha of the service's repository. */
  readonly revision: string;
  readonly declared: CallerFacts;
  readonly preset?: Preset | undefined;
  readonly retryOf?: string;
  /** The workflow's run that asks, if one does: it may deploy its own repository at its own commit. */
  readonly run?: { readonly repository: string; readonly sha: string; readonly login?: string } | undefined;
  readonly actor: Actor;
};

/**
 * Opens a deployment and starts its workflow. One change at a time in a service and environment. Whatever is refused is a
 * decision of the service. Throws Fault: NotFound (unknown service, of which nothing is recorded, or environment),
 * Forbidden (a run of another repository or commit), InvalidInput (its platform cannot be rolled out on), Conflict (one is
 * under way, named).
 */
export async function requestDeployment(deps: DeploymentDeps, input: RequestInput): Promise<Deployment> {
  const { service, environment } = input;
  const refused = refusalOf(input, await readService(deps, service));
  if (refused !== undefined) return refuseRequest(deps, input, refused);
  const holder = await deps.store.lockHolder(slotOf(service, environment));
  if (holder !== undefined) return askedBefore(deps, input, holder);
  const now = deps.clock();
  const id = newId('deployment', now, deps.random);
  try {
    const deployment = await open(deps, id, input, now);
    await startWorkflow(deps, deployment);
    deps.meter.count(METRICS.requested, { service, environment });
    return deployment;
  } catch (thrown) {
    const other = await deps.store.lockHolder(slotOf(service, environment));
    if (isFault(thrown, 'Conflict') && other !== undefined)
      return refuseRequest(deps, input, underWay(input, other));
    throw thrown;
  }
}

/** What cannot be asked for, whatever is under way. */
function refusalOf(
  { service, environment, revision, run }: RequestInput,
  { environments, repository }: ServiceDocument,
): Refused | undefined {
  const ofRun = refusalOfRun(run, { service, repository, revision });
  if (ofRun !== undefined) return ofRun;
  const place = environmentOf({ environments }, environment);
  if (place === undefined) {
    const text = `service ${service} has no environment ${environment}`;
    return { refusal: 'ENVIRONMENT_UNKNOWN', fault: new Fault('NotFound', text) };
  }
  if (place.platform === 'lambda') return undefined;
  const text = `environment: ${environment} of ${service} is on ${place.platform}; only lambda can be rolled out on`;
  return { refusal: 'PLATFORM_UNSUPPORTED', fault: new Fault('InvalidInput', text) };
}

/**
 * Asking again for what one has just asked for is success, and starts its workflow again: whoever took the question may
 * have died before. Throws Fault('Conflict') for everything else.
 */
async function askedBefore(deps: DeploymentDeps, input: RequestInput, holder: string): Promise<Deployment> {
  const head = await deps.store.head({ kind: 'deployment', id: holder });
  if (head === undefined) return refuseRequest(deps, input, underWay(input, holder));
  const known = deploymentOf(head);
  const same =
    known.data.revision === input.revision && known.data.requestedBy === (await askerOf(deps, input));
  if (!same || known.state.kind !== 'Requested') return refuseRequest(deps, input, underWay(input, holder));
  // Success would say that these facts count, and they would not.
  if (askedWith(known.data) !== askedWith(input)) {
    const text = `${holder} was asked for with other facts or another preset: wait for it or abort it`;
    return refuseRequest(deps, input, { refusal: 'ASKED_OTHERWISE', fault: new Fault('Conflict', text) });
  }
  await startWorkflow(deps, known);
  return known;
}

/** What is asked beside the revision, in one text that can be compared. */
function askedWith({ declared, preset, retryOf }: Asked): string {
  return canonicalJson({ declared, preset, retryOf });
}
type Asked = Pick<DeploymentData, 'declared' | 'preset' | 'retryOf'>;

function underWay({ service, environment }: RequestInput, holder: string): Refused {
  const text = `${holder} is under way in ${environment} of ${service}: wait for it or abort it`;
  return { refusal: 'UNDER_WAY', fault: new Fault('Conflict', text) };
}

/** Starts (again) the workflow of a deployment; safe to repeat. */
async function startWorkflow(deps: DeploymentDeps, deployment: Deployment): Promise<void> {
  const { waitSeconds } = standing(deps, deployment);
  await deps.startDeployment(deployment.id, { deploymentId: deployment.id, waitSeconds });
}

/** Who may not approve it: whoever asked, or whoever set off the run that asked. */
async function askerOf({ store }: DeploymentDeps, { actor, run }: RequestInput): Promise<string> {
  if (run?.login === undefined) return actor.id;
  return (await personOf(store, 'github', run.login))?.person ?? `${UNMAPPED}${run.login}`;
}

async function open(deps: DeploymentDeps, id: string, input: RequestInput, now: number): Promise<Deployment> {
  const { service, environment, revision, declared, retryOf, preset, actor } = input;
  const at = isoTime(now);
  const deadline = stateDeadline({ kind: 'Requested' }, deps.timings) ?? 0;
  const requestedBy = await askerOf(deps, input);
  const decided = await decide(deps, {
    subject: { kind: 'deployment', id },
    expectedRev: 0,
    key: `open/${id}`,
    ...{ correlationId: id, service, environment, actor, from: 'None' },
    ...(retryOf !== undefined && { causationId: retryOf }),
    rule: requestDeploymentRule,
    inputs: { service, environment, revision, retryOf: retryOf ?? null, declared },
    step: () => ({
      event: 'DeploymentRequested',
      events: [{ type: 'DeploymentRequested', data: { revision } }],
      reasons: [{ code: 'REQUESTED', text: `${revision.slice(0, 7)} is to be deployed` }],
      state: { kind: 'Requested' },
      data: {
        ...{ v: 1, revision, requestedBy, declared, enteredAt: at },
        ...(retryOf !== undefined && { retryOf }),
        ...(preset !== undefined && { preset }),
        deadlineAt: isoTime(now + deadline * 1000),
        times: { requested: at },
      } satisfies DeploymentData,
    }),
    effects: [{ type: 'take-lock', lock: slotOf(service, environment), holder: id }],
  });
  return deploymentOf(decided.head);
}
