import { readPlanDocument } from '../../shared/rollouts/rules/judge-document.ts';
import {
  type CertificationForecast,
  type PlanInputs,
  planRollout,
} from '../../shared/rollouts/rules/plan-rollout.ts';
import { type Command, EXIT, needed } from '../command.ts';
import { readDocument } from '../document.ts';
import { table } from '../io.ts';
import { numberOrNull, orUsageError } from './judge.ts';

export const planRolloutCommand: Command = {
  name: 'plan-rollout',
  summary:
    'Plans the stages of a rollout, and says beforehand how long a certificate of safety takes at the present traffic.',
  args: 'FILE|-',
  example: 'holdfast plan-rollout docs/examples/plan.json',
  run: async (positionals, _options, io) => {
    const document = readDocument(needed(positionals, 0, 'FILE'));
    const inputs = orUsageError(() => readPlanDocument(document));
    const { reasons: told, ...forecast } = orUsageError(() => planRollout.decide(inputs));
    const { plan, certification, alternatives } = forecast;
    const reasons = reasonsOf(inputs, certification, told);
    io.document({
      plan,
      certification: inNumbers(certification),
      alternatives: alternatives.map(inNumbers),
      reasons,
    });
    for (const reason of reasons) io.out(reason);
    const { traffic, settings } = inputs;
    if (traffic !== null && traffic.slower === undefined && settings.latency.certify.length > 0)
      io.out(
        'of failures alone: `traffic.slower` would say how many requests are slower than each threshold',
      );
    io.out('');
    io.out(
      table([
        ['weight', 'least s', 'most s', 'least requests'],
        ...plan.stages.map(({ weight, minSeconds, maxSeconds, minRequests }) =>
          [weight, minSeconds, maxSeconds, minRequests].map(String),
        ),
      ]),
    );
    io.out(`plan ${plan.digest}, judged every ${plan.intervalSeconds} s, baked for ${plan.bakeSeconds} s`);
    return EXIT.yes;
  },
};

/**
 * What the rule says, but for no traffic at all: there nothing is known of what fails. The words of the rule are recorded in
 * decisions, and stay.
 */
function reasonsOf(
  { traffic }: PlanInputs,
  { failures }: CertificationForecast,
  told: readonly string[],
): readonly string[] {
  if (traffic?.requestsPerMinute !== 0 || failures === null) return told;
  return [
    ...told.slice(0, 1),
    'at present there is no traffic, and without any nothing can be compared: a person decides at the deadline',
  ];
}

/** The decimal strings as numbers, for scripts; the name of the slowest metric as it is. */
function inNumbers(forecast: CertificationForecast): Readonly<Record<string, string | number | null>> {
  const { slowest, ...numbers } = forecast;
  return {
    ...(slowest !== undefined && { slowest }),
    ...Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, numberOrNull(text)])),
  };
}
