import { Fault } from '../../kernel/index.ts';
import type { Stage } from '../plan-contract.ts';

/** How careful a rollout is, by the band of its risk; prompts and agents, and blue/green, by choice. */
export type LadderPreset = 'standard' | 'intensive' | 'prompt' | 'blue-green';

function stage(weight: number, minSeconds: number, maxSeconds: number, minRequests: number): Stage {
  return { weight, minSeconds, maxSeconds, minRequests };
}

const ALL = stage(1, 0, 0, 0);

/** Stages of the specification (deployments.md 4): least and most seconds, least requests of the canary. */
const LADDERS: Readonly<Record<LadderPreset, readonly Stage[]>> = {
  standard: [
    stage(0.01, 300, 600, 50),
    stage(0.05, 300, 600, 100),
    stage(0.25, 300, 900, 500),
    stage(0.5, 300, 900, 1000),
    ALL,
  ],
  intensive: [
    stage(0.01, 600, 900, 100),
    stage(0.02, 300, 600, 100),
    stage(0.05, 300, 600, 200),
    stage(0.1, 300, 600, 500),
    stage(0.25, 300, 900, 1000),
    stage(0.5, 300, 900, 2000),
    ALL,
  ],
  prompt: [stage(0.1, 300, 900, 100), stage(0.25, 300, 900, 500), stage(0.5, 300, 900, 1000), ALL],
  'blue-green': [ALL],
};

/** The stages of a preset. */
export function ladderOf(preset: LadderPreset): readonly Stage[] {
  return LADDERS[preset];
}

/** Risks of which the long ladder is asked; `severe` is a band of the score, the others of both scales. */
const INTENSIVE = ['high', 'severe', 'critical'];

/** The ladder for a band or level of risk. */
export function presetOf(risk: string): LadderPreset {
  return INTENSIVE.includes(risk) ? 'intensive' : 'standard';
}

/** Throws Fault('InvalidInput') naming the first field that is wrong: weights rise to 1, and no stage ends before it may. */
export function checkStages(stages: readonly Stage[]): readonly Stage[] {
  stages.forEach(({ weight, minSeconds, maxSeconds }, index) => {
    const before = stages[index - 1]?.weight;
    if (before !== undefined && weight <= before)
      wrong(
        `stages.${index}.weight`,
        `is ${weight} and must be more than that of the stage before, ${before}`,
      );
    if (maxSeconds < minSeconds)
      wrong(
        `stages.${index}.maxSeconds`,
        `is ${maxSeconds} and must not be less than minSeconds, ${minSeconds}`,
      );
  });
  const last = stages.length - 1;
  if (stages[last]?.weight !== 1)
    wrong(
      `stages.${last}.weight`,
      `is ${stages[last]?.weight} and must be 1: the last stage takes all of the traffic`,
    );
  return stages;
}

function wrong(path: string, message: string): never {
  throw new Fault('InvalidInput', `${path} ${message}`, { issues: [{ path, message }] });
}
