import { Fault, isoTime, millis, type Reason } from '../kernel/index.ts';
import { type Attempt, type AttemptData, loadAttempt, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { METRICS, PERSISTENCE_CHECKS } from './contract.ts';
import { endUnconfirmed } from './end-unconfirmed.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { type placeOf, placeOrFault, readNow, recent } from './read-world.ts';
import { inPlace, type Place, placeIn } from './repository-quotas.ts';
import {
  type ConfirmDegradationInputs,
  type ConfirmDegradationOutcome,
  confirmDegradation,
} from './rules/confirm-degradation.ts';
import { stricterMode } from './rules/open-rollback.ts';
import type { Reading } from './rules/readings.ts';
import { type ResolveCandidateOutcome, resolveCandidate } from './rules/resolve-candidate.ts';
import { searchCandidate } from './search-candidate.ts';
import { type Move, standing, takeStep } from './take-step.ts';
import { listening, oneLine, unreadReasons } from './unanswered.ts';

const READ_MARGIN = 3;

/**
 * Confirms the degradation and, once confirmed, finds the revision to go back to; both are one decision. Holds without
 * a decision while an outside system cannot be read, until the deadline hands over to a person.
 */
export async function resolveCandidateForRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'DegradationDetected') return movedOn(deps, attempt);
  const [now, place] = await Promise.all([readNow(deps, attempt), placeOrFault(deps, attempt)]);
  const overtaken = await overtake(deps, attempt, input.key, { now });
  if (overtaken !== undefined) return standing(deps, overtaken);
  const confirmation = confirmationInputs(deps, attempt, now.readings);
  const { verdict } = confirmDegradation.decide(confirmation);
  if (verdict === 'pending') return standing(deps, attempt);
  if (verdict !== 'confirmed')
    return standing(deps, await endUnconfirmed(deps, attempt, input.key, confirmation));
  if (place instanceof Fault) throw place;
  return confirmed(deps, attempt, { key: input.key, confirmation, place, level: now.autonomy.level });
}

/** Inputs of confirm-degradation for an attempt, from its own readings only. */
export function confirmationInputs(
  deps: Pick<WorldDeps, 'clock' | 'timings'>,
  attempt: Attempt,
  readings: readonly Reading[],
): ConfirmDegradationInputs {
  const { timings } = deps;
  const now = deps.clock();
  return {
    readings: recent(readings, now, timings.healthRestored * READ_MARGIN),
    now: isoTime(now),
    deadlineAt: attempt.data.deadlineAt ?? attempt.createdAt,
    limits: {
      checks: PERSISTENCE_CHECKS,
      spanSeconds: timings.persistenceSpan,
      gapSeconds: timings.readingGap,
      healthySeconds: timings.healthRestored,
    },
  };
}

async function confirmed(
  deps: WorldDeps,
  attempt: Attempt,
  known: {
    readonly key: string;
    readonly confirmation: ConfirmDegradationInputs;
    readonly place: Awaited<ReturnType<typeof placeOf>>;
    readonly level: AttemptData['mode'];
  },
): Promise<TaskResult> {
  const { key, confirmation, level } = known;
  const { service, environment, target } = known.place;
  const current = confirmation.readings.at(-1)?.revision;
  const mode = stricterMode(attempt.environment, level, attempt.data.mode);
  const { deps: asking, heard } = listening(deps);
  const search = await searchCandidate(asking, {
    target,
    repository: service.repository,
    current: current ?? '',
  });
  const seconds = (deps.clock() - millis(search.now)) / 1000;
  deps.meter.measure(METRICS.candidateSearch, seconds, {
    service: attempt.service,
    environment: attempt.environment,
  });
  const late = deps.clock() >= Date.parse(confirmation.deadlineAt);
  if ((search.search.ended === 'unreadable' || current === undefined) && !late)
    return standing(deps, attempt);
  const at = isoTime(deps.clock());
  const place = placeIn('pull-requests', environment.manifest.repository, deps.clock());
  const unread = unreadReasons(search, heard);
  const resolve = (taken: Place | null) => () =>
    takeStep(deps, attempt, {
      key,
      rule: resolveCandidate,
      inputs: { mode, confirmation, search },
      move: (outcome) => withPlace(moveOf(attempt, { mode, outcome, search, unread, at }), taken),
    });
  return standing(deps, await inPlace(deps, place, resolve(place), resolve(null)));
}

type Resolved = {
  readonly mode: AttemptData['mode'];
  readonly outcome: ResolveCandidateOutcome;
  readonly search: Awaited<ReturnType<typeof searchCandidate>>;
  readonly unread: readonly Reason[];
  readonly at: string;
};

/** A pull request that is to be opened has its place in the hour's quota from here on; null: none was left. */
function withPlace(move: Move, place: Place | null): Move {
  if (move.state.kind !== 'CandidateResolved') return move;
  return {
    ...move,
    effects: place === null ? [] : [place],
    data: { ...move.data, pullRequestPlace: place === null ? null : place.counter },
  };
}

function moveOf(attempt: Attempt, { mode, outcome, search, unread, at }: Resolved): Move {
  const { choice, confirmation } = outcome;
  const chosen = search.evidence.find((each) => each.revision === choice.candidate);
  const reasons = [
    confirmedReason(attempt, confirmation),
    ...choice.considered.map(consideredReason),
    ...closing(outcome, search.search.ended),
    ...unread,
  ];
  const said = oneLine(unread);
  return {
    event: outcome.event,
    state:
      outcome.to === 'AwaitingHumanReview'
        ? { kind: outcome.to, reason: 'NO_CANDIDATE', afterMerge: false }
        : { kind: outcome.to },
    also: [
      {
        type: 'DegradationConfirmed',
        data: { consecutive: confirmation.consecutive, spanSeconds: confirmation.spanSeconds },
      },
    ],
    reasons,
    data: {
      mode,
      revision: search.current,
      ...(outcome.to === 'AwaitingHumanReview' && said !== undefined && { said }),
      ...(search.currentCommittedAt !== undefined && { revisionCommittedAt: search.currentCommittedAt }),
      ...(chosen !== undefined && {
        candidateRev: attempt.rev + 1,
        candidate: {
          revision: chosen.revision,
          message: chosen.message,
          committedAt: chosen.committedAt,
          ...(chosen.uptime !== undefined && { uptime: chosen.uptime }),
          ...(chosen.samples !== undefined && { samples: chosen.samples }),
        },
      }),
    },
    times: { confirmed: search.now, ...(chosen !== undefined && { candidate: at }) },
  };
}

function confirmedReason(attempt: Attempt, outcome: ConfirmDegradationOutcome): Reason {
  return {
    code: 'DEGRADATION_CONFIRMED',
    text: `${outcome.consecutive} bad readings of ${attempt.service} in a row over ${outcome.spanSeconds} s`,
  };
}

function consideredReason(considered: ResolveCandidateOutcome['choice']['considered'][number]): Reason {
  return {
    code: considered.verdict === 'passes' ? 'CANDIDATE_PASSES' : 'CANDIDATE_REFUSED',
    text: `${considered.revision.slice(0, 7)}: ${considered.reason}`,
  };
}

function closing(outcome: ResolveCandidateOutcome, ended: string): readonly Reason[] {
  const candidate = outcome.choice.candidate?.slice(0, 7);
  if (outcome.to === 'Observed') {
    const would =
      candidate === undefined
        ? 'would have asked a person: no candidate'
        : `would have opened a pull request to go back to ${candidate}`;
    return [{ code: 'OBSERVE_ONLY', text: `autonomy is observe: ${would}` }];
  }
  if (candidate !== undefined) return [];
  const text =
    ended === 'unreadable'
      ? 'no ancestor was chosen: what the search asks for could not be read'
      : `no ancestor passes; the search was ${ended}`;
  return [{ code: 'NO_CANDIDATE', text }];
}
