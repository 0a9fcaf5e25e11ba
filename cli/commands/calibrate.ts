import { assessRisk } from '../../shared/deployments/rules/assess-risk.ts';
import { findSimilar } from '../../shared/deployments/rules/find-similar.ts';
import { pastOutcome } from '../../shared/deployments/rules/past-outcome.ts';
import { type Command, cliError, EXIT, textOption } from '../command.ts';
import { type Api, api } from '../http.ts';
import { type DeploymentHead, deploymentsSince, recordedOf } from '../recorded/recorded-decisions.ts';
import { showCalibration } from '../show-calibration.ts';

export const calibrateCommand: Command = {
  name: 'calibrate',
  summary:
    'How far the risk scores of recorded deployments can be read as probabilities, and how good their probabilities of failure were: Brier score and reliability table of what really happened to them, and the weights their outcomes speak for.',
  args: '',
  options: { since: { type: 'string', text: 'only deployments asked for since then, such as 2026-11-01' } },
  example: 'holdfast calibrate --since 2026-11-01',
  run: async (_positionals, options, io) => {
    const since = textOption(options, 'since');
    if (since !== undefined && Number.isNaN(Date.parse(since)))
      throw cliError('--since must be a time such as 2026-11-01', EXIT.usage);
    const call = api();
    const pairs: unknown[] = [];
    for (const head of await deploymentsSince(call, since)) pairs.push(...(await outcomeOf(call, head)));
    if (pairs.length < 2)
      throw cliError(`${pairs.length} scored deployments have ended with traffic: two are needed`, EXIT.no);
    return showCalibration(pairs, io);
  },
};

/** What was foretold, and the outcome; nothing of a deployment that tells nothing. */
async function outcomeOf(call: Api, head: DeploymentHead): Promise<readonly unknown[]> {
  const { id, state, risk } = head;
  const outcome = pastOutcome(state.kind, head.verdict);
  if (outcome === undefined || risk === undefined) return [];
  const { weighed } = await recordedOf(call, id);
  if (weighed === undefined) return [{ score: risk.score, outcome }];
  const similar = findSimilar.decide(weighed.find);
  const { factors, probability, calibrated } = assessRisk.decide({ ...weighed.risk, similar });
  return [
    {
      ...{ score: risk.score, outcome, probability: probability.mean },
      ...(calibrated !== undefined && { calibrated }),
      factors: Object.fromEntries(factors.map(({ name, value }) => [name, Number(value)])),
    },
  ];
}
