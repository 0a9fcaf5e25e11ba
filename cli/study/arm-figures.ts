import { TIMINGS } from '../../shared/rollouts/contract.ts';
import type { Fate } from './arm-state.ts';
import { FAULT_KINDS, type FaultKind } from './assumptions.ts';
import { stream } from './chance.ts';
import { type Figure, higherShare, meanOf, medianOf, shareOf } from './figure.ts';

/** An interval is judged only when nobody can revise it any more: production sees everything so many minutes later. */
const LAG = TIMINGS.watermark / 60;

export type ArmFigures = {
  /** Shares of all changes that were asked for; the four sum to 1. */
  readonly succeeded: Figure;
  readonly rolledBack: Figure;
  readonly failed: Figure;
  readonly withheld: Figure;
  /** Of the bad changes that took traffic: gone before they had all of it. */
  readonly caught: Figure;
  readonly caughtByKind: Readonly<Record<FaultKind, Figure>>;
  /** Of the bad changes: withheld before they took any traffic. */
  readonly badWithheld: Figure;
  readonly goodWithheld: Figure;
  /** Of the good changes that took traffic: rolled back all the same. */
  readonly falseRollbacks: Figure;
  /** Minutes from the first request of a bad canary to the verdict on it. */
  readonly detectionMinutes: Figure;
  /** Minutes from the request to all of the traffic. */
  readonly cycleMinutes: Figure;
  /** Minutes, as if at all of the traffic, in which users met the fault of a bad change. */
  readonly metMinutes: Figure;
  /** Of all: a person was asked at least once. */
  readonly asked: Figure;
  /** Chance that a bad change had a higher risk score than a good one. */
  readonly scoreTells: Figure;
};

/** What one arm came to: success and failure by the truth, not by what anybody saw. */
export function figuresOf(fates: readonly Fate[], seed: number): ArmFigures {
  const count = (of: readonly Fate[], is: (fate: Fate) => boolean) => of.filter(is).length;
  const bad = fates.filter(({ arrival }) => arrival.fault !== undefined);
  const good = fates.filter(({ arrival }) => arrival.fault === undefined);
  const share = (is: (fate: Fate) => boolean) => shareOf(count(fates, is), fates.length);
  const taken = bad.filter(({ released }) => released);
  const caught = taken.filter(isBack);
  const kindIs = (kind: FaultKind) => (fate: Fate) => fate.arrival.fault?.kind === kind;
  const byKind = (kind: FaultKind) => shareOf(count(caught, kindIs(kind)), count(taken, kindIs(kind)));
  const [errors, latency, crash, late, silent] = FAULT_KINDS.map(byKind);
  const none = shareOf(0, 0);
  return {
    succeeded: share(({ to, arrival }) => to === 'promoted' && arrival.fault === undefined),
    rolledBack: share(isBack),
    failed: share(({ to, arrival }) => to === 'promoted' && arrival.fault !== undefined),
    withheld: share(({ released }) => !released),
    caught: shareOf(caught.length, taken.length),
    caughtByKind: {
      ...{ errors: errors ?? none, latency: latency ?? none, crash: crash ?? none },
      ...{ late: late ?? none, silent: silent ?? none },
    },
    badWithheld: shareOf(bad.length - taken.length, bad.length),
    goodWithheld: shareOf(
      count(good, ({ released }) => !released),
      good.length,
    ),
    falseRollbacks: shareOf(
      count(good, ({ to }) => to === 'rolled-back'),
      count(good, ({ released }) => released),
    ),
    detectionMinutes: medianOf(
      caught.flatMap(({ to, seenAfter }) => (to === 'rolled-back' ? [(seenAfter ?? 0) + LAG] : [])),
    ),
    cycleMinutes: medianOf(fates.filter(({ to }) => to === 'promoted').map(({ minutes }) => minutes)),
    metMinutes: meanOf(
      bad.map(({ met }) => met),
      stream(seed, fates.length),
    ),
    asked: share(({ asked }) => asked > 0),
    scoreTells: higherShare(
      bad.map(({ score }) => score),
      good.map(({ score }) => score),
    ),
  };
}

/** Gone before all of the traffic: by verdict, or because nobody answered for it. */
function isBack({ to, released }: Fate): boolean {
  return released && to !== 'promoted';
}
