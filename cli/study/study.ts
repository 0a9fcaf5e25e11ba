import type { ReadSet } from '../policy-document.ts';
import { runArm } from './arm.ts';
import { type ArmFigures, figuresOf } from './arm-figures.ts';
import type { Pillars } from './arm-state.ts';
import { ASSUMPTIONS, type FaultKind } from './assumptions.ts';
import { arrivalsOf } from './change.ts';
import { type Organisation, organisationOf } from './organisation.ts';

export const ARMS = [
  'governed',
  'ungoverned',
  'no history',
  'no risk',
  'no canary',
  'no governance',
] as const;
export type ArmName = (typeof ARMS)[number];

const ALL: Pillars = { history: true, risk: true, canary: true, governance: true };
const NONE: Pillars = { history: false, risk: false, canary: false, governance: false };
/** Both arms, and the governed one without one pillar at a time. */
const PILLARS: Readonly<Record<ArmName, Pillars>> = {
  governed: ALL,
  ungoverned: NONE,
  'no history': { ...ALL, history: false },
  'no risk': { ...ALL, risk: false },
  'no canary': { ...ALL, canary: false },
  'no governance': { ...ALL, governance: false },
};

export type StudySettings = {
  readonly deployments: number;
  readonly services: number;
  readonly seed: number;
  readonly environment: string;
  readonly policies: ReadSet;
  readonly retrieval: boolean;
  /** Minutes between two looks of the judge. */
  readonly step: number;
  readonly arms: readonly ArmName[];
};

export type Study = {
  readonly version: 1;
  readonly settings: Omit<StudySettings, 'policies'> & {
    readonly policies: { readonly rev: number; readonly digest: string };
  };
  readonly assumptions: typeof ASSUMPTIONS;
  /** What the seed drew: the truth of this world, which no rule sees. */
  readonly drawn: Pick<Organisation, 'badOfPlain' | 'addsToLogOdds' | 'kinds'>;
  readonly bad: Readonly<Record<FaultKind | 'all', number>>;
  readonly arms: readonly { readonly name: ArmName; readonly figures: ArmFigures }[];
};

/** The study of a seed: the same settings give the same bytes. `ended` hears of each arm when it is through. */
export function runStudy(
  { policies, ...settings }: StudySettings,
  ended: (name: ArmName) => void = () => {},
): Study {
  const { seed, services, deployments, environment, retrieval, step } = settings;
  const organisation = organisationOf(seed, services);
  const arrivals = arrivalsOf(organisation, deployments);
  const bad = (kind?: FaultKind) =>
    arrivals.filter(({ fault }) => fault !== undefined && (kind ?? fault.kind) === fault.kind).length;
  const { badOfPlain, addsToLogOdds, kinds } = organisation;
  return {
    version: 1,
    settings: { ...settings, policies: { rev: policies.set.rev, digest: policies.set.digest } },
    assumptions: ASSUMPTIONS,
    drawn: { badOfPlain, addsToLogOdds, kinds },
    bad: {
      ...{ all: bad(), errors: bad('errors'), latency: bad('latency') },
      ...{ crash: bad('crash'), late: bad('late'), silent: bad('silent') },
    },
    arms: settings.arms.map((name) => {
      const pillars = PILLARS[name];
      const fates = runArm(organisation, arrivals, { pillars, policies, environment, retrieval, step });
      ended(name);
      return { name, figures: figuresOf(fates, seed) };
    }),
  };
}
