import { decimal, isoTime } from '../kernel/index.ts';
import type { BranchRules, CiReading, HealthReading, PullRequest } from '../ports/index.ts';
import { readAutonomy } from '../services/index.ts';
import type { Attempt } from './attempt.ts';
import { PERSISTENCE_CHECKS, PULL_REQUEST_LABELS, STABLE_UPTIME } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { isTitleFor } from './pull-request-text.ts';
import { approvalFor, givenApproval } from './read-approval.ts';
import { ask, asReading, attemptReadings, placeOf, recent } from './read-world.ts';
import type { CheckInvariantsInputs } from './rules/check-invariants.ts';
import { stricterMode } from './rules/open-rollback.ts';

const MAX_FILES = 10;
const READ_MARGIN = 3;

type Facts = NonNullable<Attempt['data']['pullRequest']>;

/**
 * Everything the eight invariants are judged on, read now from the systems themselves. What cannot be read is null: where
 * that is the pull request, the forge is asked for no more, since nothing could pass and one that hangs outlasts the task.
 */
export async function readInvariants(
  deps: WorldDeps,
  attempt: Attempt,
  pullRequest: PullRequest | undefined,
): Promise<CheckInvariantsInputs> {
  const { service, environment } = attempt;
  const facts = attempt.data.pullRequest;
  const [reading, forge, { level }, approval] = await Promise.all([
    placeOf(deps, attempt).then(({ target }) => ask(deps, 'health', () => deps.health.read(target))),
    facts === undefined || pullRequest === undefined ? NOTHING : readForge(deps, attempt, facts, pullRequest),
    readAutonomy(deps, { service, environment, action: 'rollback' }),
    approvalFor(deps, attempt),
  ]);
  const now = deps.clock();
  // last, so that nothing stored meanwhile is missed
  const readings = await attemptReadings(deps, attempt);
  return {
    environment: attempt.environment,
    mode: stricterMode(attempt.environment, level, attempt.data.mode),
    reading: readingOf(reading),
    readings: recent(readings, now, deps.timings.healthRestored * READ_MARGIN),
    candidate: candidateOf(attempt),
    ...forge,
    approval: givenApproval(approval),
    now: isoTime(now),
    limits: limitsOf(deps),
  };
}

type FromForge = Pick<CheckInvariantsInputs, 'ci' | 'pullRequest' | 'conflicts' | 'protection'>;
const NOTHING: FromForge = { ci: null, pullRequest: null, conflicts: null, protection: null };

async function readForge(
  deps: WorldDeps,
  attempt: Attempt,
  facts: Facts,
  pullRequest: PullRequest,
): Promise<FromForge> {
  const { repository, number, headSha, baseBranch } = facts;
  const [ci, conflicts, files, rules] = await Promise.all([
    ask(deps, 'ci', () => deps.forge.ci(repository, headSha)),
    ask(deps, 'open-pull-requests', () => conflictsOf(deps, attempt, facts)),
    ask(deps, 'changed-files', () => deps.forge.changedFiles(repository, number)),
    ask(deps, 'rules', () => deps.forge.rules(repository, baseBranch)),
  ]);
  return {
    ci: ci === undefined ? null : { state: ci.state },
    pullRequest: files === undefined ? null : pullRequestInputs(pullRequest, headSha, files),
    conflicts: conflicts ?? null,
    protection:
      rules === undefined || ci === undefined ? null : await protectionInputs(deps, facts, rules, ci),
  };
}

function readingOf(reading: HealthReading | undefined): CheckInvariantsInputs['reading'] {
  return reading === undefined ? null : asReading(reading);
}

/** The revision to go back to, with its uptime where one was measured. */
export function candidateOf(attempt: Attempt): CheckInvariantsInputs['candidate'] {
  const { candidate } = attempt.data;
  return {
    revision: candidate?.revision ?? '',
    ...(candidate?.uptime !== undefined && { uptime: candidate.uptime }),
  };
}

function pullRequestInputs(
  pullRequest: PullRequest,
  expectedHeadSha: string,
  changedFiles: readonly string[],
) {
  return {
    number: pullRequest.number,
    state: pullRequest.state,
    headSha: pullRequest.headSha,
    expectedHeadSha,
    changedFiles: changedFiles.slice(0, MAX_FILES + 1),
  };
}

async function protectionInputs(
  deps: WorldDeps,
  { repository, number, headSha }: Facts,
  rules: BranchRules,
  ci: CiReading,
): Promise<CheckInvariantsInputs['protection']> {
  const reviews =
    rules.requiredApprovals === 0
      ? []
      : await ask(deps, 'reviews', () => deps.forge.reviews(repository, number));
  if (reviews === undefined) return null;
  const green = new Set(
    ci.checks.filter((check) => check.conclusion === 'success').map((check) => check.name),
  );
  return {
    requiredApprovals: rules.requiredApprovals,
    approvals: reviews.filter((review) => review.state === 'approved' && review.commitSha === headSha).length,
    mergeQueue: rules.mergeQueue,
    missingChecks: rules.requiredChecks.filter((name) => !green.has(name)),
    alsoRequires: rules.alsoRequires ?? [],
  };
}

/** What the invariants are held to, in the attempt's own timings. */
export function limitsOf(deps: Pick<WorldDeps, 'timings'>): CheckInvariantsInputs['limits'] {
  const { timings } = deps;
  return {
    checks: PERSISTENCE_CHECKS,
    spanSeconds: timings.persistenceSpan,
    gapSeconds: timings.readingGap,
    freshSeconds: timings.invariantFreshness,
    stableUptime: decimal(STABLE_UPTIME),
    maxFiles: MAX_FILES,
  };
}

/** Our other open pull requests: for the same service and environment, and those that touch the same file. */
async function conflictsOf(
  deps: WorldDeps,
  attempt: Attempt,
  facts: Facts,
): Promise<CheckInvariantsInputs['conflicts']> {
  const mine = await deps.forge.openPullRequests(facts.repository, [...PULL_REQUEST_LABELS]);
  const sameTarget = mine.filter(({ title }) => isTitleFor(attempt, title)).map(({ number }) => number);
  const others = mine.filter((each) => each.number !== facts.number && !sameTarget.includes(each.number));
  const touched = await Promise.all(
    others.map((each) => deps.forge.changedFiles(facts.repository, each.number)),
  );
  const sameFile = others
    .filter((_, index) => touched[index]?.includes(facts.path))
    .map((each) => each.number);
  return { sameTarget, sameFile };
}
