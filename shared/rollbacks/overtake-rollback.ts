import { isoTime, type Reason } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import type { Attempt } from './attempt.ts';
import { settleForge } from './close-pull-request.ts';
import type { AbortReason } from './contract.ts';
import { foundMerge, isOurMerge } from './own-merge.ts';
import type { WorldDeps } from './ports.ts';
import { pullRequestOf, type ReadNow, readNow, recent } from './read-world.ts';
import { type OvertakeOutcome, overtakeRollback } from './rules/overtake-rollback.ts';
import { type Move, takeStep } from './take-step.ts';

const READ_MARGIN = 3;

/** What the caller has just read, or could not (undefined); the rest is read here. */
type Known = { readonly pullRequest?: PullRequest | undefined; readonly now?: ReadNow };

/**
 * Ends or moves an attempt that something overtook: a person at the forge, the kill switch, restored health, old age.
 * Answers the moved attempt, or undefined when it may go on. Called first by every task that waits or acts.
 */
export async function overtake(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
  known: Known = {},
): Promise<Attempt | undefined> {
  // After the merge the forge has nothing more to say, and its silence must not hold up the watch on health.
  const [pullRequest, { autonomy, readings }] = await Promise.all([
    attempt.data.merge === undefined ? pullRequestNow(deps, attempt, known) : undefined,
    known.now ?? readNow(deps, attempt),
  ]);
  const killSwitchOn = autonomy.killSwitch.on;
  const now = deps.clock();
  const inputs = inputsOf(deps, attempt, { pullRequest, killSwitchOn, readings, now });
  if (overtakeRollback.decide(inputs).overtaken === null) return undefined;
  const ended = await takeStep(deps, attempt, {
    key: `${key}/overtaken`,
    rule: overtakeRollback,
    inputs,
    move: (outcome) => moveOf(attempt, outcome, pullRequest, isoTime(now)),
  });
  await settleForge(deps, ended);
  return ended;
}

/** What the caller could not read is not asked for again: a forge that hangs would outlast the task. */
async function pullRequestNow(deps: WorldDeps, attempt: Attempt, known: Known) {
  return 'pullRequest' in known ? known.pullRequest : pullRequestOf(deps, attempt);
}

type Facts = {
  readonly pullRequest: PullRequest | null | undefined;
  readonly killSwitchOn: boolean;
  readonly readings: ReadNow['readings'];
  readonly now: number;
};

function inputsOf(deps: WorldDeps, attempt: Attempt, facts: Facts) {
  const { timings } = deps;
  const { pullRequest } = facts;
  return {
    state: attempt.state.kind,
    afterMerge: attempt.state.kind === 'RollbackMerged' || attempt.data.merge !== undefined,
    killSwitchOn: facts.killSwitchOn,
    pullRequest:
      pullRequest === undefined || pullRequest === null
        ? null
        : {
            state: pullRequest.state,
            ...(pullRequest.mergeCommitSha !== undefined && { mergeSha: pullRequest.mergeCommitSha }),
            byUs: isOurMerge(attempt, pullRequest),
          },
    readings: recent(facts.readings, facts.now, timings.healthRestored * READ_MARGIN),
    target: attempt.data.candidate?.revision ?? '',
    createdAt: attempt.createdAt,
    now: isoTime(facts.now),
    limits: {
      gapSeconds: timings.readingGap,
      healthySeconds: timings.healthRestored,
      staleSeconds: timings.staleAfter,
    },
  };
}

function moveOf(
  attempt: Attempt,
  outcome: OvertakeOutcome,
  pullRequest: PullRequest | null | undefined,
  at: string,
): Move {
  const { overtaken } = outcome;
  if (overtaken === null) throw new Error('an attempt that nothing overtook has no move');
  switch (overtaken.event) {
    case 'HealthRestored':
      return {
        event: 'HealthRestored',
        state:
          overtaken.to === 'SelfHealed'
            ? { kind: 'SelfHealed', reason: 'TRANSIENT', flapping: false }
            : { kind: 'RollbackComplete' },
        reasons: [
          reason(
            'HEALTH_RESTORED',
            `${attempt.service} has been Healthy for ${outcome.healthySeconds} s without a break`,
          ),
        ],
      };
    case 'PullRequestMergedByHuman':
      return {
        event: 'PullRequestMergedByHuman',
        state: { kind: 'RollbackMerged' },
        reasons: [reason('MERGED_BY_HUMAN', 'a person merged the pull request')],
        data: { merge: { sha: pullRequest?.mergeCommitSha ?? '', at, byPerson: true } },
        times: { merged: at },
      };
    case 'MergeCompleted':
      return { ...foundMerge(attempt, pullRequest ?? undefined, at), state: { kind: 'RollbackMerged' } };
    case 'PullRequestClosedByHuman':
      return aborted(overtaken, 'a person closed the pull request');
    case 'KillSwitchOn':
      return aborted(overtaken, 'the kill switch is on: nothing may act');
    case 'Stale':
      return aborted(overtaken, 'the attempt is older than a day');
  }
}

function aborted(
  overtaken: {
    readonly event: 'PullRequestClosedByHuman' | 'KillSwitchOn' | 'Stale';
    readonly reason: AbortReason;
  },
  text: string,
): Move {
  return {
    event: overtaken.event,
    state: { kind: 'Aborted', reason: overtaken.reason },
    reasons: [reason(overtaken.reason, text)],
  };
}

function reason(code: string, text: string): Reason {
  return { code, text };
}
