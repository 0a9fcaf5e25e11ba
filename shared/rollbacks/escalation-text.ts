import { ESCALATION } from '../ports/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import { MAX_RETURNS, type ReviewReason } from './contract.ts';
import { quoted } from './outside-text.ts';

/** What a person is told, and why. `topic` names it once an attempt. */
export type Escalation = { readonly topic: string; readonly title: string; readonly text: string };

const REVIEWS: Readonly<Record<ReviewReason, string>> = {
  NO_CANDIDATE: 'no stable revision to go back to was found',
  NO_READING: 'its health could not be read',
  PR_FAILED: 'the pull request could not be opened',
  CI_FAILED: 'a check of the rollback pull request is red',
  CI_TIMEOUT: 'the checks of the rollback pull request did not finish in time',
  MERGE_TIMEOUT: 'the merge could not be made in time',
  MERGE_REFUSED: 'the forge refused the merge',
  CHECKPOINT_TIMEOUT: 'no signed checkpoint of the ledger has covered the decision that allows the merge',
  INVARIANT_FAILED: 'an invariant of the merge does not hold',
  NOT_SYNCED: 'the delivery system has not taken up the merged rollback',
  ROLLBACK_INEFFECTIVE: 'the service is still degraded after the rollback',
  UNEXPECTED: 'the workflow met an error that it does not know',
};

/** NO_CANDIDATE where nobody knows whether there is one. */
const UNREAD_SEARCH = 'what the search for a stable revision asks for could not be read';

const MARKED = new RegExp(`^${ESCALATION}(rbk_[0-9A-HJKMNP-TV-Z]{26})/[\\w-]+$`);

/** By which what was told at the forge is found again: once for each attempt and topic. */
export function escalationMarker(attemptId: string, { topic }: Pick<Escalation, 'topic'>): string {
  return `${ESCALATION}${attemptId}/${topic}`;
}

/** The id of the attempt that this marker escalates; undefined for any other marker. */
export function escalatedBy(marker: string): string | undefined {
  return MARKED.exec(marker)?.[1];
}

/** In which states each event still needs a person; SECURITY needs one at its end. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  ApprovalRequested: ['AwaitingMerge'],
  HumanMergeAwaited: ['AwaitingMerge'],
  MergeHeld: ['AwaitingMerge'],
  EscalationRaised: ['AwaitingHumanReview'],
  HeadMoved: ['AwaitingHumanReview'],
  Paged: ['AwaitingMerge', 'AwaitingHumanReview'],
  SecurityViolation: ['Aborted/SECURITY'],
  PullRequestFailed: ['Aborted/SECURITY'],
};

/** The message for an event of an attempt; undefined where its present state no longer needs anybody. */
export function escalationOf(
  attempt: Attempt,
  event: { readonly type: string; readonly rev: number },
): Escalation | undefined {
  const { state, service, environment } = attempt;
  const place = `${service} in ${environment}`;
  const stands = state.kind === 'Aborted' ? `${state.kind}/${state.reason}` : state.kind;
  const needed = NEEDED[event.type];
  if (needed !== undefined && !needed.includes(stands)) return undefined;
  switch (event.type) {
    case 'ApprovalRequested':
      return said('APPROVAL', `${place}: a rollback needs your approval`, answers(attempt));
    case 'HumanMergeAwaited':
      return said(
        'MERGE_BY_PERSON',
        `${place}: a rollback waits for a person to merge it`,
        suggests(attempt),
      );
    case 'EscalationRaised':
      return raised(attempt, place);
    case 'HeadMoved':
      return said('HEAD_MOVED', `${place}: the head of the pull request has moved`, answers(attempt));
    case 'Paged':
      return said(`PAGE-${event.rev}`, `${place}: nobody has answered yet`, answers(attempt));
    case 'MergeHeld':
      return said(
        'MERGE_QUOTA',
        `${place}: the merge waits, its repository has had its merges of this hour`,
        [
          `All invariants hold. The next hour begins at ${attempt.data.mergeHeldUntil ?? 'the full hour'}; a person may merge it before.`,
          ...answers(attempt),
        ],
      );
    case 'SecurityViolation':
    case 'PullRequestFailed':
      return said('SECURITY', `${place}: security: an outside system refused our credentials`, [
        `The attempt has ended and holds its slot: \`holdfast reset ${attempt.id}\` by an admin, once the cause is known.`,
      ]);
    case 'NotConfirmed':
      return said('FLAPPING', `${place}: reported degraded, but never three times in a row`, [
        'Nothing was done.',
      ]);
    default:
      return undefined;
  }
}

function raised(attempt: Attempt, place: string): Escalation | undefined {
  const { state } = attempt;
  if (state.kind !== 'AwaitingHumanReview') return undefined;
  const isUnread = state.reason === 'NO_CANDIDATE' && attempt.data.said !== undefined;
  const title = isUnread ? UNREAD_SEARCH : REVIEWS[state.reason];
  return said(state.reason, `${place}: ${title}`, [...lastSaid(attempt.data.said), ...answers(attempt)]);
}

/** Its words stay words: no mark-up, and nobody is named by it. */
function lastSaid(text: string | undefined): readonly string[] {
  const words = quoted(text ?? '');
  return words === '' ? [] : [`What was said last: ${words}`, ''];
}

function said(topic: string, title: string, lines: readonly string[]): Escalation {
  return { topic, title, text: [`**${title}**`, '', ...lines].join('\n') };
}

const HEAD_MOVED =
  'Somebody has pushed to the pull request: it is no longer what was opened and checked here, so it cannot be approved. Merge it by hand, or close it and ask for a new rollback.';

/** In mode suggest nobody is asked for a word: the pull request itself is the answer. */
function suggests({ id, data }: Attempt): readonly string[] {
  return [
    'Autonomy is `suggest` here: Holdfast does not merge it.',
    `Merge the pull request to roll back, or close it to leave things as they are, until ${data.deadlineAt ?? 'its end'}.`,
    'After a merge the recovery is watched; if the service is Healthy before, the pull request is closed.',
    `Why it stands here: \`holdfast explain rollback ${id}\`.`,
  ];
}

/** Who may answer, how, and until when. */
function answers(attempt: Attempt): readonly string[] {
  const { data, id, state } = attempt;
  const approval = approvalIdOf(attempt);
  const back = data.candidate === undefined ? [] : [`Back to \`${data.candidate.revision.slice(0, 7)}\`.`];
  const returns = MAX_RETURNS - (data.returns ?? 0);
  return [
    ...back,
    `Until ${data.deadlineAt ?? 'its end'}, an approver who neither authored the change nor asked for this can answer.`,
    ...(data.headMoved ? [HEAD_MOVED] : []),
    'Comment here, in a line of its own:',
    ...(approval === undefined ? [] : ['- `APPROVE <why>` (name I3 or I5 to override them)']),
    ...['- `ABORT <why>`', '- `MANUAL <why>` to take it over by hand'],
    ...(approval === undefined ? [] : [`Or \`holdfast approve ${approval} --reason "<why>"\`.`]),
    `Or \`holdfast reject ${id} --reason "<why>"\`. Why it stands here: \`holdfast explain rollback ${id}\`.`,
    ...(state.kind === 'AwaitingHumanReview' && approval !== undefined
      ? [`${returns} returns to the merge are left.`]
      : []),
  ];
}
