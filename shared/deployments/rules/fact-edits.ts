import { decimal, fromDecimal, isoTime, millis } from '../../kernel/index.ts';
import type { ChangeFacts } from './facts.ts';
import type { AssessRiskInputs } from './risk-assessment.ts';

/** One fact of a deployment that could have been otherwise, and the deployment as it would be then. */
export type Edited = { readonly fact: string; readonly text: string; readonly inputs: AssessRiskInputs };
/**
 * The values a fact could take, the least different first. Where `ordered`, the score moves one way along them, so that
 * the first that alters the outcome can be found by halving.
 */
export type Editable = {
  readonly fact: string;
  readonly ordered: boolean;
  readonly count: (inputs: AssessRiskInputs) => number;
  readonly at: (inputs: AssessRiskInputs, index: number) => Edited;
};
type Flag = 'migration' | 'irreversible' | 'config' | 'infrastructure' | 'hotfix';

const FLAG_TEXT: Readonly<Record<Flag, string>> = {
  migration: 'the migration',
  irreversible: 'the part that cannot be undone',
  config: 'the change of configuration',
  infrastructure: 'the change of infrastructure',
  hotfix: 'being a hotfix',
};
const FLAGS = ['migration', 'irreversible', 'config', 'infrastructure', 'hotfix'] as const;
const HOURS_AHEAD = 7 * 24;
const HOUR_MS = 3_600_000;
const MOST_LINES = 5000;

/** What would make a deployment safer. */
export const SAFER: readonly Editable[] = [
  ...FLAGS.map((flag) => flagEdit(flag, false)),
  once(
    'dataClasses',
    ({ change }) => change.dataClasses.length > 0,
    (inputs) =>
      edited('dataClasses', `without touching ${inputs.change.dataClasses.join(', ')} data`, inputs, {
        dataClasses: [],
      }),
  ),
  once(
    'checks',
    ({ change }) => change.checks !== 'success',
    (inputs) => edited('checks', 'with all checks passed', inputs, { checks: 'success' }),
  ),
  {
    fact: 'lines',
    ordered: true,
    count: ({ change }) => change.lines,
    at: (inputs, index) => {
      const { lines, files } = inputs.change;
      const most = lines - 1 - index;
      // A part of the lines is taken to be in the same part of the files.
      const part = { lines: most, files: Math.ceil((files * most) / lines) };
      return edited('lines', `split into parts of at most ${most} lines`, inputs, part);
    },
  },
  budgetEdit(
    (left) => Math.max(0, 100 - Math.floor(left)),
    (left, index) => Math.min(100, Math.floor(left) + 1 + index),
  ),
  laterEdit(),
];

/** What would make it riskier. */
export const RISKIER: readonly Editable[] = [
  ...FLAGS.map((flag) => flagEdit(flag, true)),
  once(
    'checks',
    ({ change }) => change.checks !== 'failure',
    (inputs) => edited('checks', 'with a failed check', inputs, { checks: 'failure' }),
  ),
  {
    fact: 'lines',
    ordered: true,
    count: ({ change }) => Math.max(0, MOST_LINES - change.lines),
    at: (inputs, index) => {
      const lines = inputs.change.lines + 1 + index;
      return edited('lines', `with ${lines} lines or more`, inputs, { lines });
    },
  },
  budgetEdit(
    (left) => Math.max(0, Math.ceil(left)),
    (left, index) => Math.ceil(left) - 1 - index,
  ),
  laterEdit(),
];

function edited(fact: string, text: string, inputs: AssessRiskInputs, change: Partial<ChangeFacts>): Edited {
  return { fact, text, inputs: { ...inputs, change: { ...inputs.change, ...change } } };
}

function once(
  fact: string,
  applies: (inputs: AssessRiskInputs) => boolean,
  edit: (inputs: AssessRiskInputs) => Edited,
): Editable {
  return { fact, ordered: true, count: (inputs) => Number(applies(inputs)), at: edit };
}

function flagEdit(flag: Flag, to: boolean): Editable {
  const text = `${to ? 'with' : 'without'} ${FLAG_TEXT[flag]}`;
  return once(
    flag,
    ({ change }) => change[flag] !== to,
    (inputs) => edited(flag, text, inputs, { [flag]: to }),
  );
}

/** In whole per cent of the budget; one that nobody measures cannot be said to change. */
function budgetEdit(
  count: (percentLeft: number) => number,
  percentAt: (percentLeft: number, index: number) => number,
): Editable {
  const left = (inputs: AssessRiskInputs) =>
    Math.min(100, Math.max(0, fromDecimal(inputs.budget ?? '0') * 100 || 0));
  return {
    fact: 'budget',
    ordered: true,
    count: (inputs) => (inputs.budget === null ? 0 : count(left(inputs))),
    at: (inputs, index) => {
      const percent = percentAt(left(inputs), index);
      const text = `with ${percent} % of the error budget left`;
      return { fact: 'budget', text, inputs: { ...inputs, budget: decimal(percent / 100) } };
    },
  };
}

/** At one of the whole hours of the next seven days. */
function laterEdit(): Editable {
  return {
    fact: 'at',
    ordered: false,
    count: () => HOURS_AHEAD,
    at: (inputs, index) => {
      const start = Math.floor(millis(inputs.at) / HOUR_MS) * HOUR_MS;
      const at = isoTime(start + (index + 1) * HOUR_MS);
      const hours = index + 1;
      return {
        fact: 'at',
        text: `${hours === 1 ? 'an hour' : `${hours} h`} later`,
        inputs: { ...inputs, at },
      };
    },
  };
}
