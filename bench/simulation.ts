import { readSet } from '../cli/policy-document.ts';
import { type ArmName, runStudy } from '../cli/study/study.ts';
import { type Bench, held, type Measured, type Row, type Table } from './result.ts';
import { profileOf } from './simulation-profile.ts';
import { median } from './statistics.ts';

const CHANGES = 20_000;
const WARM_UP = 4000;
const RUNS = 5;
const SEED = 1;

type Profile = {
  readonly name: string;
  readonly retrieval: boolean;
  readonly step: number;
  readonly arms: readonly ArmName[];
  readonly target?: number;
};
const BOTH = ['governed', 'ungoverned'] as const;
/** What is simulated of each change. Both arms, unless it says otherwise. */
const PROFILES: readonly Profile[] = [
  {
    name: 'everything, a look every five minutes',
    ...{ retrieval: true, step: 5, arms: BOTH, target: 5000 },
  },
  {
    name: 'without retrieval, a look every five minutes',
    ...{ retrieval: false, step: 5, arms: BOTH, target: 20_000 },
  },
  { name: 'everything, a look every minute', retrieval: true, step: 1, arms: BOTH },
  { name: 'without retrieval, a look every minute', retrieval: false, step: 1, arms: BOTH },
  { name: 'context, risk and policies without a canary', retrieval: true, step: 1, arms: ['no canary'] },
  {
    name: 'risk and policies without a canary and without retrieval',
    ...{ retrieval: false, step: 1, arms: ['no canary'] },
  },
  { name: 'the world alone: changes, truth, all at once', retrieval: false, step: 1, arms: ['ungoverned'] },
];

export const simulationBench: Bench = {
  name: 'simulation',
  summary:
    'How many changes a second one process simulates, end to end: drawn, weighed, decided on, rolled out, judged and counted, by the rules of production.',
  run: async (say) => measure(say, await readSet(undefined)),
};

type Speed = { readonly wall: number; readonly processor: number };

type Policies = Awaited<ReturnType<typeof readSet>>;

async function measure(say: (line: string) => void, policies: Policies): Promise<Measured> {
  const samples: Record<string, readonly number[]> = {};
  const rows: Row[] = [];
  const lines: (readonly string[])[] = [];
  for (const profile of PROFILES) {
    const run = (deployments: number): Speed => speedOf(profile, policies, deployments);
    run(WARM_UP);
    const speeds = Array.from({ length: RUNS }, () => run(CHANGES));
    const [wall, processor] = [speeds.map((each) => each.wall), speeds.map((each) => each.processor)];
    samples[`${profile.name}: a second`] = wall;
    samples[`${profile.name}: a second of processor time`] = processor;
    say(`  ${profile.name}: ${Math.round(median(processor))} a second of processor time`);
    rows.push(...rowsOf(profile, Math.round(median(wall)), Math.round(median(processor))));
    if (profile.target !== undefined)
      lines.push(...partLines(profile, 1e6 / median(processor), await profileOf(() => run(CHANGES))));
  }
  return { rows, tables: [partsTable(lines)], samples, seed: SEED, notes: NOTES };
}

function speedOf({ retrieval, step, arms }: Profile, policies: Policies, deployments: number): Speed {
  const settings = { deployments, services: 20, seed: SEED, environment: 'production', policies };
  const [started, before] = [performance.now(), process.cpuUsage()];
  runStudy({ ...settings, retrieval, step, arms });
  const { user, system } = process.cpuUsage(before);
  const wall = (deployments / (performance.now() - started)) * 1000;
  return { wall, processor: (deployments / (user + system)) * 1e6 };
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

function partLines(
  { name }: Profile,
  microseconds: number,
  parts: readonly (readonly [string, number])[],
): readonly (readonly string[])[] {
  return parts.map(([part, share]) => [name, part, `${tenth(100 * share)} %`, tenth(share * microseconds)]);
}

function partsTable(lines: readonly (readonly string[])[]): Table {
  return {
    title: 'Where the time of a change goes (samples of the stack in one more run)',
    head: ['simulated', 'part', 'share', 'microseconds of processor time a change'],
    lines,
  };
}

const NOTES: readonly string[] = [
  `${RUNS} runs of ${CHANGES} changes of 20 services each, after ${WARM_UP} of warm-up; medians. "Both arms": each change is counted once and meets both. Production: a person approves each, so that every change is decided on twice.`,
  'The judge looks at errors and three latency thresholds (p75, p90, p99, as production freezes them) with the kill switch, after every interval, at 20 to 270 minutes of each canary, more than half of them held for people to answer; what would come after the end is not drawn. With looks every five minutes it sees intervals of five minutes, which a plan may ask for. Retrieval: the twelve newest records of the service and two of each neighbour.',
  'A second of processor time counts all threads of the process, garbage collection and compilation among them, so that a busy machine weighs less; what shares a core still slows it down.',
  'What is called is what the rules of production are built on, the same code without what they write for people: of judge-rollout the verdict (judge-verdict), of assess-risk the score (risk-score), of evaluate-policies and decide-deployment what they come to (policy-verdict, allowedAction, leads), of find-similar those it finds (similarOnes), of the error budget its burn (burnOf); raw-guards, where a share comes near, and the plan of the stages are called whole. Tests hold each part against its rule. Not worked out, because nothing in a study reads it: e-values after each interval, what SAFE still needs, the interval of the score, the score of genops-v1, the result of each policy, and every reason, also of what is similar. No rule is replaced by a quicker stand-in, but for the count of past outcomes, which is kept up to date instead of counted anew (a test shows that it is the same).',
  'Where the time goes in production: a change has about 17 intervals, and for each twelve Poisson counts are drawn, the small ones from tables and 11 logarithms taken of the weights of the alternatives (no two intervals have the same share of traffic); a mean of exponentials is worked out only next to a limit, less than once a change. Each change is weighed 1.1 times, with 1.6 quantiles of a Beta distribution by Newton, and decided on twice, over ten policies.',
];

function rowsOf({ name, target }: Profile, wall: number, processor: number): readonly Row[] {
  const row = { measure: name, value: wall, unit: 'changes/s' };
  return [
    target === undefined ? row : held(row, { atLeast: target }),
    { measure: `${name}, of processor time`, value: processor, unit: 'changes/s' },
  ];
}
