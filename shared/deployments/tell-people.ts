import { type Clock, Fault, type Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import type { Notify } from '../ports/notify.ts';
import { tellOnce } from '../ports/tell-once.ts';
import type { Work } from '../ports/work.ts';
import { countFailure } from '../rollbacks/contract.ts';
import { loadRollout, type News, newsOfRollout } from '../rollouts/index.ts';
import { readService } from '../services/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { newsOfDeployment } from './news.ts';

export type TellDeps = {
  readonly store: Store;
  readonly work: Pick<Work, 'beginTelling' | 'markTold'>;
  readonly meter: Meter;
  readonly clock: Clock;
  /** undefined: nobody is told in a chat. */
  readonly notify: Notify | undefined;
  /** Where people see a commit. */
  readonly commitPage: (repository: string, revision: string) => string;
};
/** An event of a deployment or a rollout, as the bus brings it. */
export type TellInput = {
  readonly kind: 'deployment' | 'rollout';
  readonly id: string;
  readonly type: string;
  readonly rev: number;
};
type Told = { readonly news: News; readonly of: Pick<Deployment, 'service'>; readonly revision: string };

/**
 * Tells people in the chat what needs them, or what was stopped: once for each subject and reason, and once for each
 * question. It stands beside the flow: failing to tell holds nothing up. Throws Fault('Unavailable') when nobody could be
 * told, so that it is tried again.
 */
export async function tellPeople(deps: TellDeps, input: TellInput): Promise<void> {
  const { notify } = deps;
  if (notify === undefined) return;
  const told = await newsFor(deps, input);
  if (told === undefined) return;
  const mark = `${input.kind}/${input.id}/${told.news.topic}`;
  try {
    const { text, approval } = told.news;
    await tellOnce({ ...deps, notify }, mark, async () => {
      const link = await linkOf(deps, told);
      return { text, ...(link !== undefined && { link }), ...(approval !== undefined && { approval }) };
    });
  } catch (thrown) {
    countFailure(deps.meter, 'notify', thrown);
    throw new Fault('Unavailable', `nobody was told about ${input.kind} ${input.id}`, { cause: thrown });
  }
}

async function newsFor(deps: TellDeps, input: TellInput): Promise<Told | undefined> {
  if (input.kind === 'rollout') {
    const rollout = await loadRollout(deps.store, input.id);
    const news = newsOfRollout(rollout, input);
    return news === undefined ? undefined : { news, of: rollout, revision: rollout.data.revision };
  }
  const deployment = await loadDeployment(deps.store, input.id);
  const news = newsOfDeployment(deployment, input);
  return news === undefined ? undefined : { news, of: deployment, revision: deployment.data.revision };
}

/** The change itself; a service that has left the registry is told of without. */
async function linkOf(deps: TellDeps, { of, revision }: Told): Promise<string | undefined> {
  try {
    const { repository } = await readService(deps, of.service);
    return deps.commitPage(repository, revision);
  } catch (thrown) {
    if (thrown instanceof Fault) return undefined;
    throw thrown;
  }
}
