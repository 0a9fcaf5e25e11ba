import { assessRisk } from '../../shared/deployments/rules/assess-risk.ts';
import { type Calibration, calibration } from '../../shared/deployments/rules/calibration.ts';
import { crossCalibrated, fitIsotonic } from '../../shared/deployments/rules/fit-calibration.ts';
import { GENOPS_WEIGHTS, genopsReview, genopsScore } from '../../shared/deployments/rules/genops/score.ts';
import { type FactorWeights, learnWeights } from '../../shared/deployments/rules/learn-weights.ts';
import { nearestChanges } from '../../shared/deployments/rules/nearest-change.ts';
import {
  readGenopsCase,
  readScoreDocument,
  readScoredOutcomes,
} from '../../shared/deployments/rules/score-document.ts';
import { type Command, EXIT, needed, oneOf, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { type Io, paint, table } from '../io.ts';
import { orUsageError } from './judge.ts';

const PROFILES = ['holdfast', 'genops-v1'] as const;
const AUTONOMY = ['shadow', 'assisted', 'governed', 'learning'] as const;

export const scoreCommand: Command = {
  name: 'score',
  summary:
    'Scores the risk of a change: factors, score, level and reasons; the document is {service, change, history?, at?, zone?, profile?}. With --calibrate: how far past scores can be read as probabilities of failure.',
  args: 'FILE|-',
  options: {
    profile: {
      type: 'string',
      text: 'holdfast, or genops-v1: the compatible score of {service, context, weights?}',
    },
    calibrate: {
      type: 'boolean',
      text: 'FILE is [{score, outcome, factors?}] in the order of time, outcome 1 = it failed: Brier score, reliability table, fitted map',
    },
  },
  example: 'holdfast score change.json',
  run: async (positionals, options, io) => {
    const document = readDocument(needed(positionals, 0, 'FILE'));
    return orUsageError(() => {
      if (options.calibrate === true) return showCalibration(document, io);
      const named = textOption(options, 'profile') ?? profileIn(document);
      const profile = oneOf(PROFILES, named, 'profile');
      return profile === 'genops-v1' ? showGenops(document, io) : showScore(document, io);
    });
  },
};

function profileIn(document: unknown): string {
  if (typeof document !== 'object' || document === null || !('profile' in document)) return 'holdfast';
  return String(document.profile);
}

function showScore(document: unknown, io: Io): number {
  const inputs = readScoreDocument(document, new Date().toISOString());
  const outcome = assessRisk.decide(inputs);
  const nearest = nearestChanges(inputs);
  const { similar } = inputs.similar;
  io.document(inNumbers({ ...outcome, similar, nearest }));
  io.out(`${paint(io, 'bold', outcome.band)}  score ${short(outcome.score)} (level ${outcome.level})`);
  io.out(`  between ${short(outcome.interval.low)} and ${short(outcome.interval.high)}\n`);
  const rows = outcome.factors.map(({ name, value, weight, contribution }) => [
    name.replaceAll('_', ' '),
    ...[value, weight, contribution].map(short),
  ]);
  io.out(table([['factor', 'value', 'weight', 'adds'], ...rows]));
  io.out('');
  for (const { text } of outcome.reasons) io.out(`  ${text}`);
  for (const { text, band, score } of nearest) io.out(`  ${text} it would be ${band} (${short(score)})`);
  io.out(`\ngenops-v1: ${short(outcome.genops.score)}, ${outcome.genops.level}`);
  return EXIT.yes;
}

function showGenops(document: unknown, io: Io): number {
  const { service, context, weights, autonomy } = readGenopsCase(document);
  const { score, level, factors, recommendation } = genopsScore(
    service,
    context,
    ...(weights === 'default' ? [] : [weights]),
  );
  const requiresHumanReview = genopsReview(score, autonomy);
  const byAutonomy = Object.fromEntries(AUTONOMY.map((each) => [each, genopsReview(score, each)]));
  io.document({
    score,
    level,
    factors,
    requiresHumanReview,
    requiresHumanReviewByAutonomy: byAutonomy,
    recommendation,
  });
  io.out(`${paint(io, 'bold', level)}  score ${score}  (genops-v1)\n`);
  const rows = Object.entries(factors).map(([name, value]) => [name, short(String(value))]);
  io.out(table([['factor', 'value'], ...rows]));
  io.out(`\n${recommendation}${requiresHumanReview ? `; a human reviews it (${autonomy})` : ''}`);
  return EXIT.yes;
}

/** How far scores can be read as probabilities; the document is that of --calibrate. Throws Fault('InvalidInput'). */
export function showCalibration(document: unknown, io: Io): number {
  const pairs = readScoredOutcomes(document);
  const before = calibration(pairs);
  const after = calibration(crossCalibrated(pairs));
  const map = fitIsotonic(pairs);
  const proposed = proposedWeights(pairs);
  io.document(
    inNumbers({
      ...before,
      map,
      crossValidated: { brier: after.brier, ece: after.ece },
      ...(proposed !== undefined && { proposedWeights: proposed }),
    }),
  );
  io.out(`${before.count} outcomes, ${before.failures} failed`);
  io.out(summaryOf('as they are', before));
  io.out(summaryOf('through a map fitted from the others (10-fold)', after));
  const { reliability, resolution, uncertainty, within } = before.decomposition;
  io.out(
    `Brier = reliability ${short(reliability)} - resolution ${short(resolution)} + uncertainty ${short(uncertainty)} + within bins ${short(within)}\n`,
  );
  const rows = before.bins.map((bin) => [
    `${bin.from} to ${bin.to}`,
    String(bin.count),
    ...[bin.meanScore, bin.failed].map(short),
    `${short(bin.low)} to ${short(bin.high)}`,
  ]);
  io.out(table([['scores', 'count', 'mean score', 'failed', '95 % interval'], ...rows]));
  if (proposed !== undefined) {
    const weights = Object.entries(proposed).map(([name, weight]) => `${name} ${short(String(weight))}`);
    io.out(`\nweights these outcomes speak for (a proposal, nothing uses them): ${weights.join(', ')}`);
  }
  return EXIT.yes;
}

/** Only where every outcome comes with its factors. */
function proposedWeights(pairs: ReturnType<typeof readScoredOutcomes>): FactorWeights | undefined {
  const seen = pairs.flatMap(({ factors, ...pair }) => (factors === undefined ? [] : [{ ...pair, factors }]));
  return seen.length === pairs.length ? learnWeights(GENOPS_WEIGHTS, seen) : undefined;
}

function summaryOf(what: string, { brier, skill, ece }: Calibration): string {
  const over = skill === null ? '' : `, skill over the base rate ${short(skill)}`;
  return `  ${what}: Brier score ${short(brier)}${over}, expected calibration error ${short(ece)}`;
}

function short(number: string): string {
  return String(Number(Number(number).toFixed(4)));
}

/** Fields that stay text even where they read like a number. */
const WORDS: readonly string[] = ['id', 'service', 'text', 'why'];

/** The decimal strings of an outcome as numbers, for scripts. */
function inNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    typeof each === 'string' && !WORDS.includes(key) && /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(each)
      ? Number(each)
      : each,
  );
}
