import { assessRisk } from '../../shared/deployments/rules/assess-risk.ts';
import { genopsReview, genopsScore } from '../../shared/deployments/rules/genops/score.ts';
import { nearestChanges } from '../../shared/deployments/rules/nearest-change.ts';
import { readGenopsCase, readScoreDocument } from '../../shared/deployments/rules/score-document.ts';
import { type Command, EXIT, needed, oneOf, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { type Io, paint, table } from '../io.ts';
import { inNumbers, short } from '../numbers.ts';
import { showCalibration } from '../show-calibration.ts';
import { orUsageError } from './judge.ts';

const PROFILES = ['holdfast', 'genops-v1'] as const;
const AUTONOMY = ['shadow', 'assisted', 'governed', 'learning'] as const;

export const scoreCommand: Command = {
  name: 'score',
  summary:
    'Scores the risk of a change: factors, score, level and reasons; the document is {service, change, history?, at?, zone?, profile?}; what change does not say of irreversible, infrastructure and checks counts at its worst. With --calibrate: how far past scores can be read as probabilities of failure.',
  args: 'FILE|-',
  options: {
    profile: {
      type: 'string',
      text: 'holdfast, or genops-v1: the compatible score of {service, context, weights?}',
    },
    calibrate: {
      type: 'boolean',
      text: 'FILE is [{score, outcome, factors?, probability?, calibrated?}] in the order of time, outcome 1 = it failed: Brier score, reliability table, fitted map',
    },
  },
  example:
    'holdfast score docs/examples/change.json, or holdfast score --calibrate docs/examples/scores.json',
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
  const { inputs, assumed } = readScoreDocument(document, new Date().toISOString());
  const outcome = assessRisk.decide(inputs);
  const reasons = [...assumed, ...outcome.reasons];
  const nearest = nearestChanges(inputs);
  const { similar } = inputs.similar;
  io.document(inNumbers({ ...outcome, reasons, similar, nearest }));
  io.out(`${paint(io, 'bold', outcome.band)}  score ${short(outcome.score)} (level ${outcome.level})`);
  io.out(`  between ${short(outcome.interval.low)} and ${short(outcome.interval.high)}\n`);
  const rows = outcome.factors.map(({ name, value, weight, contribution }) => [
    name.replaceAll('_', ' '),
    ...[value, weight, contribution].map(short),
  ]);
  io.out(table([['factor', 'value', 'weight', 'adds'], ...rows]));
  io.out('');
  for (const { text } of reasons) io.out(`  ${text}`);
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
