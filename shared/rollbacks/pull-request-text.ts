import type { Attempt } from './attempt.ts';
import type { Reading } from './rules/readings.ts';

const READINGS_SHOWN = 3;

/** `Rollback: <service> to <sha7> (degraded in <environment>)`. */
export function pullRequestTitle(attempt: Attempt, revision: string): string {
  return `Rollback: ${attempt.service} to ${revision.slice(0, 7)} (degraded in ${attempt.environment})`;
}

export type ManifestChange = {
  readonly path: string;
  readonly pointer: string;
  readonly before: string;
  readonly after: string;
};

const ENDS = 'Merge it to go ahead yourself, close it to stop. It is closed if health returns first.';
/** What happens next, and who must act. */
const NEXT = {
  auto: `Holdfast merges this when all eight invariants hold on fresh readings. ${ENDS}`,
  approve: `Holdfast merges this after an approver has said so, if the invariants hold then: a comment asks as soon as the checks are green. ${ENDS}`,
  suggest: `Holdfast does not merge this: a person must. ${ENDS}`,
  observe: `Holdfast does not merge this: a person must. ${ENDS}`,
} as const;

/** What a reviewer needs in ten seconds, then the evidence, then what happens next and who must act. */
export function pullRequestBody(
  attempt: Attempt,
  change: ManifestChange,
  readings: readonly Reading[],
): string {
  const { candidate, mode, trigger } = attempt.data;
  const uptime =
    candidate?.uptime === undefined
      ? 'not measured'
      : `${candidate.uptime} over ${candidate.samples ?? 0} requests`;
  return [
    `**${attempt.service}** is degraded in **${attempt.environment}**. This goes back to \`${change.after.slice(0, 7)}\`, the newest ancestor that passed.`,
    '',
    '| | |',
    '|---|---|',
    `| Trigger | ${trigger.text} |`,
    `| Service, environment | ${attempt.service}, ${attempt.environment} |`,
    `| Degraded revision | \`${change.before}\` |`,
    `| Back to | \`${change.after}\` (${candidate?.message ?? ''}; ${candidate?.committedAt ?? ''}) |`,
    `| Its checks | green |`,
    `| Its uptime while deployed | ${uptime} |`,
    `| Confirmed | ${attempt.data.times.confirmed ?? ''} |`,
    `| Last readings | ${readings.slice(-READINGS_SHOWN).map(readingText).join('<br>')} |`,
    `| Attempt | \`${attempt.id}\` (correlation \`${attempt.correlationId}\`) |`,
    '',
    `Change in \`${change.path}\` at \`${change.pointer}\`:`,
    '```diff',
    `- ${change.before}`,
    `+ ${change.after}`,
    '```',
    '',
    NEXT[mode],
    '',
    'The manifest stays pinned to this revision until someone changes it again: to un-pin, set the scalar back to the next revision you deploy.',
    '',
    `Why, and how to verify it: \`holdfast explain rollback ${attempt.id}\` and \`holdfast ledger verify\`.`,
  ].join('\n');
}

function readingText({ health, desired, available, observedAt }: Reading): string {
  const replicas = desired === undefined ? '' : `, ${available ?? '?'} of ${desired} replicas`;
  return `${observedAt}: ${health}${replicas}`;
}
