import { rule } from '../../kernel/index.ts';
import type { DeployLevel } from '../../services/contract.ts';

/** What Holdfast may do about a deployment: record it, propose it, do it once a person approves, do it. */
export type AllowedAction = 'observe' | 'suggest' | 'approve' | 'auto';
export const RISK_BANDS = ['low', 'medium', 'high', 'severe', 'critical'] as const;
export type RiskBand = (typeof RISK_BANDS)[number];

/** `upTo` a score (included) it is automatic, above it a person approves. */
type Cell = AllowedAction | { readonly upTo: number };
type Row = Readonly<Record<RiskBand, Cell>>;

const all = (cell: Cell): Row => ({ low: cell, medium: cell, high: cell, severe: cell, critical: cell });
const OBSERVED = all('observe');
const SUGGESTED = all('suggest');
/** At a score of 0.9 and more nothing is rolled out, approved or not: it can only be proposed (band critical: block). */
const APPROVED: Row = { ...all('approve'), critical: 'suggest' };

/**
 * The one table: level x environment x band of risk. `staging` is the one environment in which anything is automatic, as
 * it is for rollbacks; every other one, known to us or not, has the bound of production: a person approves. The presets are
 * the seed's; `learning` differs from the others only in its bound here, since outcomes feed the score at every level.
 */
const AUTONOMY_TABLE: Readonly<Record<DeployLevel, { readonly staging: Row; readonly elsewhere: Row }>> = {
  observe: { staging: OBSERVED, elsewhere: OBSERVED },
  shadow: { staging: OBSERVED, elsewhere: OBSERVED },
  suggest: { staging: SUGGESTED, elsewhere: SUGGESTED },
  approve: { staging: APPROVED, elsewhere: APPROVED },
  assisted: {
    staging: { ...APPROVED, low: 'auto', medium: { upTo: 0.3 } },
    elsewhere: APPROVED,
  },
  governed: {
    staging: { ...APPROVED, low: 'auto', medium: 'auto', high: { upTo: 0.6 } },
    elsewhere: APPROVED,
  },
  learning: {
    staging: { ...APPROVED, low: 'auto', medium: 'auto', high: 'auto', severe: { upTo: 0.8 } },
    elsewhere: APPROVED,
  },
  auto: { staging: { ...all('auto'), critical: 'suggest' }, elsewhere: APPROVED },
};

export type AllowedAutonomyInputs = {
  readonly level: DeployLevel;
  readonly environment: string;
  readonly band: RiskBand;
  /** As the risk rule's outcome has it: a decimal string. */
  readonly score: string;
};
export type AllowedAutonomyOutcome = { readonly action: AllowedAction; readonly why: string };

type Asked = Omit<AllowedAutonomyInputs, 'score'> & { readonly score: string | number };

/** What a level allows for a deployment of this risk. A score that is no number is never automatic. */
export const allowedAutonomy = rule(
  'allowed-autonomy',
  1,
  (inputs: AllowedAutonomyInputs): AllowedAutonomyOutcome => {
    const { level, environment, band, score } = inputs;
    const cell = cellOf(inputs);
    const at = `${level} in ${environment} at risk ${score} (${band})`;
    const action = allowedAction(inputs);
    if (typeof cell === 'string') return { action, why: `${at}: ${cell}` };
    return { action, why: `${at}: automatic up to ${cell.upTo}, then a person approves` };
  },
);

/** The same without the reason. */
export function allowedAction(asked: Asked): AllowedAction {
  const cell = cellOf(asked);
  if (typeof cell === 'string') return cell;
  return Number(asked.score) <= cell.upTo ? 'auto' : 'approve';
}

function cellOf({ level, environment, band }: Omit<Asked, 'score'>): Cell {
  return AUTONOMY_TABLE[level][environment === 'staging' ? 'staging' : 'elsewhere'][band];
}
