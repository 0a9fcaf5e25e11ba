import { millis } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import { plain, quoted } from './outside-text.ts';
import type { InvariantId, InvariantResult } from './rules/check-invariants.ts';
import type { Reading } from './rules/readings.ts';

const READINGS_SHOWN = 3;
const NAMES: Readonly<Record<InvariantId, string>> = {
  I1: 'environment',
  I2: 'health',
  I3: 'replica shortage',
  I4: 'persistence',
  I5: 'stable target',
  I6: 'checks',
  I7: 'no conflict',
  I8: 'protection',
};

/** `Rollback: <service> to <sha7> (degraded in <environment>)`. */
export function pullRequestTitle(attempt: Attempt, revision: string): string {
  return `Rollback: ${attempt.service} to ${revision.slice(0, 7)} (degraded in ${attempt.environment})`;
}

/** Whether a title is that of a rollback of this place, whatever it goes back to. */
export function isTitleFor(place: Pick<Attempt, 'service' | 'environment'>, title: string): boolean {
  return (
    title.startsWith(`Rollback: ${place.service} to `) &&
    title.endsWith(` (degraded in ${place.environment})`)
  );
}

/** The attempt that a body was last written for: whoever takes a pull request up writes its body anew. */
export function attemptNamedIn(body: string): string | undefined {
  return /^\| Attempt \| `(rbk_[^`]+)` /m.exec(body)?.[1];
}

export type ManifestChange = {
  readonly path: string;
  readonly pointer: string;
  readonly before: string;
  readonly after: string;
};

/** What the text tells of the world, as it was when the candidate was chosen. */
export type KnownAtOpening = {
  /** When that was, ISO. */
  readonly at: string;
  /** Oldest first, none newer than `at`. */
  readonly readings: readonly Reading[];
  readonly invariants: readonly InvariantAtOpening[];
};
export type InvariantAtOpening = {
  readonly id: InvariantId;
  readonly result: InvariantResult['result'] | 'pending';
  readonly value: string;
};

const ENDS = 'Merge it to go ahead yourself, close it to stop. It is closed if health returns first.';
/** What happens next, and who must act. */
const NEXT = {
  auto: `Holdfast merges this when all eight invariants hold on fresh readings. ${ENDS}`,
  approve: `Holdfast merges this after an approver has said so, if the invariants hold then: a comment asks as soon as the checks are green. ${ENDS}`,
  suggest: `Holdfast does not merge this: a person must. ${ENDS}`,
  observe: `Holdfast does not merge this: a person must. ${ENDS}`,
} as const;

/**
 * What a reviewer needs in ten seconds, then the evidence, then what happens next, who must act, and where the decision
 * stands. The same attempt gives the same text however often its opening is tried.
 */
export function pullRequestBody(attempt: Attempt, change: ManifestChange, known: KnownAtOpening): string {
  const { candidate, mode, trigger, revision, revisionCommittedAt } = attempt.data;
  const uptime =
    candidate?.uptime === undefined
      ? 'not measured'
      : `${candidate.uptime} over ${candidate.samples ?? 0} requests`;
  return [
    `**${attempt.service}** is degraded in **${attempt.environment}**. This goes back to ${quoted(change.after.slice(0, 7))}, the newest ancestor that passed.`,
    '',
    '| | |',
    '|---|---|',
    `| Trigger | ${quoted(trigger.text)} |`,
    `| Service, environment | ${attempt.service}, ${attempt.environment} |`,
    `| Degraded revision | ${quoted(revision ?? change.before)} (${ageText(revisionCommittedAt, known.at)}) |`,
    `| Back to | ${quoted(change.after)} (${quoted(candidate?.message ?? '')}; ${ageText(candidate?.committedAt, known.at)}) |`,
    `| Its checks | green |`,
    `| Its uptime while deployed | ${uptime} |`,
    `| Confirmed | ${attempt.data.times.confirmed ?? ''} |`,
    `| Last readings | ${known.readings.slice(-READINGS_SHOWN).map(readingText).join('<br>')} |`,
    `| Attempt | \`${attempt.id}\` (correlation \`${attempt.correlationId}\`) |`,
    '',
    `Change in ${quoted(change.path)} at ${quoted(change.pointer)}:`,
    '```diff',
    `- ${plain(change.before)}`,
    `+ ${plain(change.after)}`,
    '```',
    '',
    `| Invariant, at ${known.at} | | value |`,
    '|---|---|---|',
    ...known.invariants.map(
      ({ id, result, value }) => `| ${id} ${NAMES[id]} | ${result} | ${quoted(value)} |`,
    ),
    '',
    'All eight are read again from the systems themselves right before a merge; what they were then stands in its decision.',
    '',
    NEXT[mode],
    '',
    'The manifest stays pinned to this revision until someone changes it again: to un-pin, set the scalar back to the next revision you deploy.',
    '',
    ...ledgerLines(attempt),
  ].join('\n');
}

/** Where the decision stands that chose the revision, why, and how to verify it: over the API and by the command. */
function ledgerLines({ id, rev, data }: Attempt): readonly string[] {
  const entry = data.candidateRev ?? rev;
  return [
    '| Decided by Holdfast | API | command |',
    '|---|---|---|',
    `| Why | \`GET /v1/rollbacks/${id}/explain\` | \`holdfast explain rollback ${id}\` |`,
    `| Ledger entry ${entry} of this attempt, which chose the revision: proof that it is sealed | \`GET /v1/ledger/proof/rollback/${id}/${entry}\` | \`holdfast ledger proof rollback ${id} ${entry}\` |`,
    '| The whole ledger | | `holdfast ledger verify` |',
  ];
}

function readingText({ health, desired, available, observedAt }: Reading): string {
  const replicas = desired === undefined ? '' : `, ${available ?? '?'} of ${desired} replicas`;
  return `${observedAt}: ${health}${replicas}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;
const UNITS_SHOWN = 2;

/** When a revision was committed and how old it was at a time, both ISO: in the two largest units that are not 0. */
function ageText(committedAt: string | undefined, at: string): string {
  const seconds = Math.floor((millis(at) - millis(committedAt ?? '')) / 1000);
  if (committedAt === undefined || Number.isNaN(seconds)) return 'its age was not read';
  // a committer's clock may be ahead of ours
  let left = Math.max(0, seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return `committed ${committedAt}, ${parts.slice(0, UNITS_SHOWN).join(' ') || '0 s'} old`;
}
