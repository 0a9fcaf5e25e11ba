import { fromDecimal } from '../../kernel/index.ts';
import { type ChangeClass, classesOf } from './change-class.ts';
import type { Posterior } from './failure-history.ts';
import type { LocalTime } from './local-time.ts';
import type { AssessRiskInputs, AssessRiskOutcome, RiskReason } from './risk-assessment.ts';

const TIER_TEXT = { 1: 'critical', 2: 'high', 3: 'medium', 4: 'low' } as const;
const CHECK_TEXT = {
  success: 'all checks passed',
  failure: 'a check failed',
  pending: 'checks are still running',
  none: 'no check has run',
} as const;

/** Why the score is what it is, in plain words; one reason a factor, then what is not known. */
export function riskReasons(
  inputs: AssessRiskInputs,
  outcome: Omit<AssessRiskOutcome, 'reasons'>,
  governing: Posterior,
  time: LocalTime,
): readonly RiskReason[] {
  const { service, change, budget } = inputs;
  return [
    { code: 'TIER', text: `${service.name} is of tier ${service.tier} (${TIER_TEXT[service.tier]})` },
    {
      code: 'BUDGET',
      text:
        budget === null
          ? 'nobody measures its error budget: taken as half spent'
          : `${percent(budget)} of its error budget is left`,
    },
    { code: 'HISTORY', text: historyText(outcome.probability, governing, classesOf(change)) },
    { code: 'REACH', text: reachText(inputs) },
    {
      code: 'SIZE',
      text: [
        `${counted(change.lines, 'line')} in ${counted(change.files, 'file')}`,
        ...(change.hotfix ? ['a hotfix'] : []),
        CHECK_TEXT[change.checks],
      ].join(', '),
    },
    { code: 'TIMING', text: time.text },
    precedent(inputs),
  ];
}

function historyText(
  { class: kind, mean, low, high }: AssessRiskOutcome['probability'],
  { failures, outcomes }: Posterior,
  own: readonly ChangeClass[],
): string {
  const likely = `likely to fail with ${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const why = own.includes(kind) ? '' : ', and no change is safer than a small one';
  if (outcomes === 0) return `no ${kind} change is on record, its other changes count half${why}: ${likely}`;
  return `${failures.toFixed(1)} of ${outcomes.toFixed(1)} ${kind} changes failed, counted by age${why}: ${likely}`;
}

function reachText({ service, change }: AssessRiskInputs): string {
  const data = change.dataClasses.length > 0 ? [`data: ${change.dataClasses.join(', ')}`] : [];
  return [
    `${counted(service.dependents, 'service')} ${service.dependents === 1 ? 'calls' : 'call'} it`,
    ...(change.migration ? ['a database migration'] : []),
    ...(change.irreversible ? ['it cannot be undone'] : []),
    ...(change.config ? ['a change of configuration'] : []),
    ...(change.infrastructure ? ['a change of infrastructure'] : []),
    ...data,
  ].join(', ');
}

function precedent({ similar: { similar, failures } }: AssessRiskInputs): RiskReason {
  if (similar.length === 0) {
    return { code: 'NO_PRECEDENT', text: 'no similar past deployment: the range is wider for it' };
  }
  const ids = similar.map(({ id }) => id).join(', ');
  return {
    code: 'SIMILAR',
    text: `${counted(similar.length, 'similar past deployment')} (${failures} failed): ${ids}`,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(share: string): string {
  return `${Math.round(fromDecimal(share) * 100)} %`;
}
