import type { Relief } from '../../policies/index.ts';
import { DEPLOY_LEVELS } from '../../services/contract.ts';
import { BUDGET_EDITS } from './budget-edits.ts';
import { type Editable, RISKIER, SAFER } from './fact-edits.ts';
import { LATER } from './later-edit.ts';
import { deciding, type OutcomeEdit, type Situation, seeing, weighing, when } from './situation.ts';
import { turningPoints } from './turning-points.ts';

/** Those of the risk whose like here also moves what policies see. */
const ELSEWHERE: readonly string[] = ['budget', 'at'];

/** Everything about a deployment that could have been otherwise, both ways: what is riskier may be what a policy asks for. */
export function outcomeEdits(): readonly OutcomeEdit[] {
  return [
    ...[...SAFER, ...RISKIER].filter(({ fact }) => !ELSEWHERE.includes(fact)).map(ofChange),
    ...BUDGET_EDITS,
    ...SETTINGS,
    level('more'),
    level('less'),
    GLASS,
    LATER,
  ];
}

function ofChange(edit: Editable): OutcomeEdit {
  return {
    fact: edit.fact,
    by: 'change',
    values: (situation) => {
      const { risk, decided } = situation;
      return turningPoints(edit, risk, decided.policies.set).map((index) => () => {
        const { text, inputs } = edit.at(risk, index);
        const { lines, files } = inputs.change;
        return {
          text: edit.fact === 'lines' ? sizeText(lines, files, risk.change.lines) : text,
          situation: weighing(situation, inputs),
        };
      });
    },
  };
}

/** Of this size, and not of any smaller or larger one: a policy may want it otherwise there. */
function sizeText(lines: number, files: number, before: number): string {
  return lines < before ? `split into parts of ${lines} lines in ${files} files` : `with ${lines} lines`;
}

/** What people set, who may be others than those who ask. */
const SETTINGS: readonly OutcomeEdit[] = [
  when('compliance', 'setting', (situation) => {
    const { facts, set } = situation.decided.policies;
    const { service } = facts;
    if (service === undefined) return undefined;
    const listed = facts.compliance?.payment ?? set.compliance.payment.includes(service);
    const text = `with ${service} ${listed ? 'not listed' : 'listed'} as compliant for payment data`;
    return { text, situation: seeing(situation, { compliance: { payment: !listed } }) };
  }),
  when('environment', 'setting', (situation) => {
    const { environment, level: held } = situation.decided.autonomy;
    if (environment === 'staging') return undefined;
    const text = `in staging, at the same level (${held})`;
    return { text, situation: deciding(situation, { environment: 'staging' }) };
  }),
  when('killSwitch', 'setting', (situation) =>
    situation.decided.killSwitch
      ? { text: 'with the kill switch off', situation: having(situation, { killSwitch: false }) }
      : undefined,
  ),
  when('condemned', 'change', (situation) => {
    const text = 'with a revision that the judge had not condemned';
    return situation.decided.condemned
      ? { text, situation: having(situation, { condemned: false }) }
      : undefined;
  }),
  when('retry', 'setting', (situation) => {
    const { condemned, retry } = situation.decided;
    if (!condemned || retry) return undefined;
    return { text: 'tried again by an approver', situation: having(situation, { retry: true }) };
  }),
  {
    fact: 'exceptions',
    by: 'setting',
    values: (situation) => {
      const { exceptions } = situation.decided.policies;
      return exceptions.map((relief) => () => ({
        text: `without ${relief.kind === 'exception' ? 'the exception' : 'the broken glass'} ${relief.id}`,
        situation: deciding(situation, { exceptions: exceptions.filter((each) => each !== relief) }),
      }));
    },
  },
];

/** The levels above the one that held, or below it, nearest first. */
function level(to: 'more' | 'less'): OutcomeEdit {
  return {
    fact: 'level',
    by: 'setting',
    values: (situation) => {
      const { level: held } = situation.decided.autonomy;
      const index = DEPLOY_LEVELS.indexOf(held);
      const others = to === 'more' ? DEPLOY_LEVELS.slice(index + 1) : DEPLOY_LEVELS.slice(0, index).reverse();
      return others.map((each) => () => ({
        text: `at the level ${each} instead of ${held}`,
        situation: deciding(situation, { level: each }),
      }));
    },
  };
}

const FOREVER = '9999-12-31T00:00:00.000Z';
const GLASS: OutcomeEdit = when('glass', 'glass', (situation) => {
  const { exceptions, facts } = situation.decided.policies;
  const { service, environment } = facts;
  const broken: Relief = {
    ...{ kind: 'break-glass', id: 'tried', policies: 'every-block', owner: '', reason: '' },
    ...{ expiresAt: FOREVER, ...(service && { service }), ...(environment && { environment }) },
  };
  const text = 'with the glass broken by two people';
  return { text, situation: deciding(situation, { exceptions: [...exceptions, broken] }) };
});

function having(situation: Situation, change: Partial<Situation['decided']>): Situation {
  return { ...situation, decided: { ...situation.decided, ...change } };
}
