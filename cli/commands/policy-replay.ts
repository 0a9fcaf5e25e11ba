import * as z from 'zod';
import { type Command, cliError, EXIT, type Options, oneOf, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { api } from '../http.ts';
import { type Io, paint } from '../io.ts';
import { readSet } from '../policy-document.ts';
import {
  deploymentsSince,
  type RecordedDeployment,
  recordedIn,
  recordedOf,
} from '../recorded/recorded-decisions.ts';
import { type Replayed, replayed, type Trial } from '../recorded/replay-policies.ts';

const Weight = z.number().min(0).max(1).transform(String);
const Weights = z.strictObject({
  service_tier: Weight,
  service_health: Weight,
  historical_failure: Weight,
  blast_radius: Weight,
  change_complexity: Weight,
  timing: Weight,
});

export const policyReplayCommand: Command = {
  name: 'policy replay',
  summary:
    'What a set of policies, or other weights of the risk, would have decided on the deployments that were recorded: over the API, or in FILE (what /v1/deployments/{id}/decisions answers). Exit 1 when anything would have been different, 2 when there was nothing to replay.',
  args: '[FILE|-]',
  options: {
    policy: { type: 'string', text: 'a file with the set to try' },
    weights: { type: 'string', text: 'a file with the six weights of the risk to try' },
    profile: { type: 'string', text: 'holdfast, or genops-v1: its score instead of ours' },
    since: { type: 'string', text: 'only deployments asked for since then, such as 2026-11-01' },
  },
  example: 'holdfast policy replay --policy policies.yaml --since 2026-11-01',
  run: async ([file], options, io) => {
    const trial = await trialOf(options);
    const recorded = file === undefined ? await overApi(options) : recordedIn(readDocument(file));
    const results = recorded.flatMap((each) => replay(each, trial));
    // nothing to compare is no agreement: whoever gates a merge on it must not pass
    if (results.length === 0)
      throw cliError('nothing to replay: none of these deployments was decided on', EXIT.usage);
    const different = results.filter(({ differences }) => differences.length > 0);
    io.document({ decided: results.length, different: different.length, deployments: different });
    for (const each of different) show(each, io);
    io.out(`${different.length} of ${results.length} deployments would have been decided differently`);
    return different.length === 0 ? EXIT.yes : EXIT.no;
  },
};

async function trialOf(options: Options): Promise<Trial> {
  const [policy, weights] = [textOption(options, 'policy'), textOption(options, 'weights')];
  const profile = textOption(options, 'profile');
  if ([policy, weights, profile].every((each) => each === undefined))
    throw cliError('name what to try: --policy, --weights or --profile', EXIT.usage);
  return {
    ...(policy !== undefined && { policies: await readSet(readDocument(policy)) }),
    ...(weights !== undefined && { weights: weightsIn(weights) }),
    ...(profile !== undefined && {
      profile: oneOf(['holdfast', 'genops-v1'] as const, profile, '--profile'),
    }),
  };
}

function weightsIn(file: string): z.infer<typeof Weights> {
  const read = Weights.safeParse(readDocument(file));
  if (!read.success) throw cliError(`${file}: ${z.prettifyError(read.error)}`, EXIT.usage);
  const sum = Object.values(read.data).reduce((so, each) => so + Number(each), 0);
  if (Math.abs(sum - 1) < 1e-9) return read.data;
  throw cliError(`${file}: weights must sum to 1; they sum to ${sum}`, EXIT.usage);
}

async function overApi(options: Options): Promise<readonly RecordedDeployment[]> {
  const since = textOption(options, 'since');
  if (since !== undefined && Number.isNaN(Date.parse(since)))
    throw cliError('--since must be a time such as 2026-11-01', EXIT.usage);
  const call = api();
  const found: RecordedDeployment[] = [];
  for (const { id } of await deploymentsSince(call, since)) found.push(await recordedOf(call, id));
  return found;
}

/** Inputs that a rule cannot read are those of somebody who wrote them by hand. */
function replay(recorded: RecordedDeployment, trial: Trial): readonly Replayed[] {
  try {
    const result = replayed(recorded, trial);
    return result === undefined ? [] : [result];
  } catch (cause) {
    throw Object.assign(cliError(`${recorded.id}: its recorded inputs cannot be read`, EXIT.usage), {
      cause,
    });
  }
}

function show({ id, service, environment, at, was, wouldBe, differences, reasons }: Replayed, io: Io): void {
  io.out(`${paint(io, 'bold', id)}  ${service} in ${environment}, ${at}: ${was} -> ${wouldBe}`);
  for (const { what, was: before, wouldBe: after } of differences) io.out(`  ${what}: ${before} -> ${after}`);
  for (const reason of reasons) io.out(`  ${paint(io, 'dim', reason)}`);
}
