import { planOf } from '../approvals/index.ts';
import { Fault } from '../kernel/index.ts';
import type { ButtonFor } from '../ports/index.ts';
import type { Notify } from '../ports/notify.ts';
import { tellOnce } from '../ports/tell-once.ts';
import { type Attempt, approvalIdOf, loadAttempt } from './attempt.ts';
import { countFailure } from './count-failure.ts';
import { type Escalation, escalationMarker, escalationOf } from './escalation-text.ts';
import type { WorldDeps } from './ports.ts';
import { readInvariants } from './read-invariants.ts';
import { placeOf, pullRequestOf } from './read-world.ts';
import { planFactsOf } from './request-approval.ts';
import { checkInvariants } from './rules/check-invariants.ts';

export type EscalateInput = {
  readonly type: string;
  readonly eventId: string;
  readonly rollbackId: string;
  readonly rev: number;
};
type Deps = WorldDeps & { readonly notify: Notify | undefined };

/**
 * Tells people about an attempt: a comment at its pull request, or an issue where there is none, once for each attempt
 * and reason, with labels on either; and a message in the chat, once for each event. It stands beside the flow: failing
 * to tell holds nothing up. Throws Fault('Unavailable') when somebody was not told, so that it is tried again.
 */
export async function escalateRollback(deps: Deps, input: EscalateInput): Promise<void> {
  const attempt = await loadAttempt(deps.store, input.rollbackId);
  const escalation = escalationOf(attempt, input);
  if (escalation === undefined) return;
  const link = await tryTo(deps, 'escalate', () => tellAtForge(deps, attempt, escalation));
  const sent = await tryTo(deps, 'notify', () =>
    tellInChat(deps, { eventId: input.eventId, title: escalation.title, link: link ?? undefined, attempt }),
  );
  if (link === undefined || sent === undefined)
    throw new Fault('Unavailable', `not everybody was told about rollback ${attempt.id}`);
}

/** undefined when it failed, which is counted. */
async function tryTo<T>(deps: Deps, call: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (thrown) {
    countFailure(deps.meter, call, thrown);
    return undefined;
  }
}

const SILENT: readonly string[] = ['SECURITY', 'FLAPPING'];

/** Where it stands at the forge; null where nothing belongs there. */
async function tellAtForge(deps: Deps, attempt: Attempt, escalation: Escalation): Promise<string | null> {
  const { pullRequest } = attempt.data;
  const marker = escalationMarker(attempt.id, escalation);
  if (pullRequest !== undefined && !(SILENT.includes(escalation.topic) && deps.notify === undefined)) {
    if (!SILENT.includes(escalation.topic)) {
      const { repository, number } = pullRequest;
      const text = `${escalation.text}${await invariantsNow(deps, attempt)}`;
      await deps.forge.comment(repository, number, marker, text);
      // by them it is found among many; who was told without them was told all the same
      await tryTo(deps, 'add-labels', () => deps.forge.addLabels(repository, number, labelsOf(attempt)));
    }
    return pullRequest.url;
  }
  // where there is no chat, an issue is the only way to tell anybody
  if (SILENT.includes(escalation.topic) && deps.notify !== undefined) return null;
  const { service } = await placeOf(deps, attempt);
  const issue = await deps.forge.openIssue(service.repository, {
    marker,
    title: `Holdfast: ${escalation.title}`,
    body: escalation.text,
    labels: labelsOf(attempt),
  });
  return issue.url;
}

function labelsOf({ environment }: Attempt): readonly string[] {
  return ['holdfast', 'escalation', 'urgent', environment];
}

/** The eight invariants with their values, so that whoever answers sees in ten seconds what they would let pass. */
async function invariantsNow(deps: Deps, attempt: Attempt): Promise<string> {
  if (attempt.data.merge !== undefined) return '';
  const inputs = await tryTo(deps, 'invariants', async () =>
    readInvariants(deps, attempt, (await pullRequestOf(deps, attempt)) ?? undefined),
  );
  if (inputs === undefined) return '';
  const rows = checkInvariants
    .decide(inputs)
    .results.map(({ id, result, value }) => `| ${id} | ${result} | ${value} |`);
  return ['', '', `| invariant at ${inputs.now} | | value |`, '|---|---|---|', ...rows].join('\n');
}

type Told = {
  readonly eventId: string;
  readonly title: string;
  readonly link: string | undefined;
  readonly attempt: Attempt;
};

async function tellInChat(deps: Deps, { eventId, title, link, attempt }: Told): Promise<true> {
  const { notify } = deps;
  if (notify === undefined) return true;
  const approval = buttonFor(attempt);
  const more = { ...(link !== undefined && { link }), ...(approval !== undefined && { approval }) };
  await tellOnce({ ...deps, notify }, eventId, () => ({ text: title, ...more }));
  return true;
}

/**
 * What the buttons under a message answer. Only where a plain yes leads to the merge: a review may take the name of what
 * it overrides, and a button has no words.
 */
function buttonFor(attempt: Attempt): ButtonFor | undefined {
  const approvalId = approvalIdOf(attempt);
  const facts = planFactsOf(attempt);
  const isAsked = attempt.state.kind === 'AwaitingMerge' && attempt.data.approval === undefined;
  if (!isAsked || approvalId === undefined || facts === undefined) return undefined;
  return { approvalId, planHash: planOf(facts).hash };
}
