import {
  type Calibration,
  calibration,
  type ScoredOutcome,
} from '../shared/deployments/rules/calibration.ts';
import { crossCalibrated, fitIsotonic } from '../shared/deployments/rules/fit-calibration.ts';
import { GENOPS_WEIGHTS } from '../shared/deployments/rules/genops/score.ts';
import { type FactorWeights, learnWeights } from '../shared/deployments/rules/learn-weights.ts';
import { readScoredOutcomes } from '../shared/deployments/rules/score-document.ts';
import { EXIT } from './command.ts';
import { type Io, table } from './io.ts';
import { inNumbers, short } from './numbers.ts';

type Pairs = ReturnType<typeof readScoredOutcomes>;

/** What was foretold beside the score, of which the score is no part: these are probabilities as they stand. */
const FORETOLD = {
  probability: 'the probability of failure that the past of its class of change gave (mean of the posterior)',
  calibrated: 'the probability that a map of earlier outcomes gave the score',
} as const;
type Foretold = keyof typeof FORETOLD;

/** How far scores can be read as probabilities; the document is that of --calibrate. Throws Fault('InvalidInput'). */
export function showCalibration(document: unknown, io: Io): number {
  const pairs = readScoredOutcomes(document);
  const before = calibration(pairs);
  const after = calibration(crossCalibrated(pairs));
  const proposed = proposedWeights(pairs);
  const foretold = [foretoldIn(pairs, 'probability'), foretoldIn(pairs, 'calibrated')].flat();
  io.document(
    inNumbers({
      ...before,
      map: fitIsotonic(pairs),
      crossValidated: { brier: after.brier, ece: after.ece },
      ...Object.fromEntries(foretold.map(({ name, found }) => [name, found])),
      ...(proposed !== undefined && { proposedWeights: proposed }),
    }),
  );
  io.out(`${before.count} outcomes, ${before.failures} failed`);
  io.out(summaryOf('as they are', before));
  io.out(summaryOf('through a map fitted from the others (10-fold)', after));
  showParts('scores', before, io);
  for (const { name, found } of foretold) {
    io.out(`\n${FORETOLD[name]}, of ${found.count} outcomes, ${found.failures} failed`);
    io.out(summaryOf('as it is', found));
    showParts('foretold', found, io);
  }
  if (proposed !== undefined) {
    const weights = Object.entries(proposed).map(([name, weight]) => `${name} ${short(String(weight))}`);
    io.out(`\nweights these outcomes speak for (a proposal, nothing uses them): ${weights.join(', ')}`);
  }
  return EXIT.yes;
}

/** Of the outcomes for which it was foretold; nothing where there is none. */
function foretoldIn(
  pairs: Pairs,
  name: Foretold,
): readonly { readonly name: Foretold; readonly found: Calibration }[] {
  const told = pairs.flatMap(({ outcome, [name]: score }): readonly ScoredOutcome[] =>
    score === undefined ? [] : [{ score, outcome }],
  );
  return told.length === 0 ? [] : [{ name, found: calibration(told) }];
}

function showParts(what: string, { decomposition, bins }: Calibration, io: Io): void {
  const { reliability, resolution, uncertainty, within } = decomposition;
  io.out(
    `Brier = reliability ${short(reliability)} - resolution ${short(resolution)} + uncertainty ${short(uncertainty)} + within bins ${short(within)}\n`,
  );
  const rows = bins.map((bin) => [
    `${bin.from} to ${bin.to}`,
    String(bin.count),
    ...[bin.meanScore, bin.failed].map(short),
    `${short(bin.low)} to ${short(bin.high)}`,
  ]);
  io.out(
    table([[what, 'count', what === 'scores' ? 'mean score' : 'mean', 'failed', '95 % interval'], ...rows]),
  );
}

/** Only where every outcome comes with its factors. */
function proposedWeights(pairs: Pairs): FactorWeights | undefined {
  const seen = pairs.flatMap(({ factors, ...pair }) => (factors === undefined ? [] : [{ ...pair, factors }]));
  return seen.length === pairs.length ? learnWeights(GENOPS_WEIGHTS, seen) : undefined;
}

function summaryOf(what: string, { brier, skill, ece }: Calibration): string {
  const over = skill === null ? '' : `, skill over the base rate ${short(skill)}`;
  return `  ${what}: Brier score ${short(brier)}${over}, expected calibration error ${short(ece)}`;
}
