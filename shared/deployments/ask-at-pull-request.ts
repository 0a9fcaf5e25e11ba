import { Fault, isFault } from '../kernel/index.ts';
import type { Forge } from '../ports/index.ts';
import { countFailure } from '../rollbacks/contract.ts';
import { readService } from '../services/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { askedThere, broughtBy } from './pull-request-question.ts';
import { approvalIdOf } from './read-approval.ts';
import { type TellDeps, type TellInput, tellPeople } from './tell-people.ts';

export type AskDeps = Pick<TellDeps, 'store' | 'meter'> & {
  readonly forge: Pick<Forge, 'pullRequestsOf' | 'comment'>;
};

const ASKING: readonly string[] = ['ApprovalRequested', 'Paged'];

/**
 * Tells people about a deployment or a rollout wherever they are: under the pull request that brought the revision, and
 * in the chat. One place that fails holds up no other. Throws Fault('Unavailable') when somebody was not told.
 */
export async function tellEverywhere(deps: TellDeps & AskDeps, input: TellInput): Promise<void> {
  const told = await Promise.allSettled([askAtPullRequest(deps, input), tellPeople(deps, input)]);
  for (const each of told) if (each.status === 'rejected') throw each.reason;
}

/**
 * Asks for an approval under the pull request that brought the revision, once for each question; a revision that came
 * without one is asked about elsewhere alone. Throws Fault('Unavailable') when it could not be asked.
 */
export async function askAtPullRequest(deps: AskDeps, input: TellInput): Promise<void> {
  if (input.kind !== 'deployment' || !ASKING.includes(input.type)) return;
  const deployment = await loadDeployment(deps.store, input.id);
  const approvalId = approvalIdOf(deployment);
  if (approvalId === undefined) return;
  try {
    const repository = await repositoryOf(deps, deployment);
    if (repository !== undefined) await ask(deps, { deployment, approvalId, repository });
  } catch (thrown) {
    countFailure(deps.meter, 'ask', thrown);
    throw new Fault('Unavailable', `nobody was asked about deployment ${input.id} at the forge`, {
      cause: thrown,
    });
  }
}

/** undefined for a service that has left the registry. */
async function repositoryOf(deps: AskDeps, { service }: Deployment): Promise<string | undefined> {
  try {
    return (await readService(deps, service)).repository;
  } catch (thrown) {
    if (isFault(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}

type Asked = {
  readonly deployment: Deployment;
  readonly approvalId: string;
  readonly repository: string;
};

async function ask({ forge }: AskDeps, { deployment, approvalId, repository }: Asked): Promise<void> {
  const { revision } = deployment.data;
  const pull = broughtBy(await forge.pullRequestsOf(repository, revision), revision);
  if (pull === undefined) return;
  const { marker, text } = askedThere(deployment, approvalId);
  await forge.comment(repository, pull.number, marker, text);
}
