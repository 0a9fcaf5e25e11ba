import * as z from 'zod';
import { Fault, parse } from '../../kernel/index.ts';
import { GivenSettings, Interval, JudgeSettings, slowOf } from '../judge-contract.ts';
import { Stage } from '../plan-contract.ts';
import { frozenFano } from './dispersion.ts';
import { timeOf } from './intervals.ts';
import type { JudgeInputs } from './judge-rollout.ts';
import { judgeSettings } from './judge-settings.ts';
import type { PlanInputs } from './plan-rollout.ts';

/** An arm given as null is an arm that nobody measured. */
const GivenInterval = z.preprocess(
  (given) => {
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  },
  Interval.superRefine(({ at, end }, context) => {
    if (end !== undefined && timeOf(end, 'end', at) < timeOf(at, 'at', at))
      context.addIssue({
        code: 'custom',
        path: ['end'],
        message: `is ${end}, before \`at\`, which is ${at}`,
      });
  }),
);

/** `false` turns the kill switch or the latency off, `true` leaves it as it is by default. */
const Settings = z.preprocess((given) => {
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== true)
      .map(([name, value]) => [name, value === false ? null : value]),
  );
}, GivenSettings);

const JudgeDocument = z.strictObject({ intervals: z.array(GivenInterval), settings: Settings.optional() });

const Whole = z.object({ settings: JudgeSettings });

/**
 * The inputs of `holdfast judge`. Without settings for the latency, every threshold is compared that each measured arm
 * has and that some request exceeded. Throws Fault('InvalidInput') naming the field.
 */
export function readJudgeDocument(document: unknown): JudgeInputs {
  const { intervals, settings = {} } = parse(JudgeDocument, document, 'the document');
  const given =
    settings.latency === undefined
      ? { ...settings, latency: { thresholds: [...thresholdsIn(intervals)] } }
      : settings;
  return { intervals, ...parse(Whole, { settings: judgeSettings(given) }, 'the document') };
}

/** At most eight, the smallest first. */
function thresholdsIn(intervals: readonly Interval[]): readonly number[] {
  const arms = intervals
    .flatMap(({ canary, baseline }) => [canary, baseline])
    .filter((arm) => arm !== undefined);
  const names = [...new Set(arms.flatMap(({ slower }) => Object.keys(slower)))];
  return names
    .filter(
      (ms) =>
        arms.every(({ slower }) => slower[ms] !== undefined) &&
        arms.some(({ slower }) => (slower[ms] ?? 0) > 0),
    )
    .map(Number)
    .filter((ms) => names.includes(String(ms)))
    .toSorted((a, b) => a - b)
    .slice(0, 8);
}

const GivenStage = z.preprocess((given, context) => {
  if (typeof given !== 'object' || given === null || !('weight' in given)) return given;
  const all = given.weight === 1;
  const stage = {
    minSeconds: all ? 0 : 300,
    maxSeconds: all ? 0 : 900,
    minRequests: all ? 0 : 100,
    ...given,
  };
  const { minSeconds, maxSeconds } = stage;
  const say = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message, input: given });
  if (minSeconds > maxSeconds && !('maxSeconds' in given))
    say('maxSeconds', `is not given, and its default, ${maxSeconds}, is less than minSeconds, ${minSeconds}`);
  else if (minSeconds > maxSeconds && !('minSeconds' in given))
    say('minSeconds', `is not given, and its default, ${minSeconds}, is more than maxSeconds, ${maxSeconds}`);
  return stage;
}, Stage);

const PlanDocument = z.strictObject({
  risk: z.enum(['low', 'medium', 'high', 'severe', 'critical']).default('medium'),
  preset: z.enum(['standard', 'intensive', 'prompt', 'blue-green']).nullable().default(null),
  stages: z.array(GivenStage).min(1).max(20).nullable().default(null),
  bakeSeconds: z.int().min(0).max(604_800).default(600),
  traffic: z
    .strictObject({
      requestsPerMinute: z.number().min(0),
      failureRate: z.number().min(0).max(1),
      /** By ms: the share of the requests that is slower. */
      slower: z.record(z.string(), z.number().min(0).max(1)).exactOptional(),
    })
    .nullable()
    .default(null),
  /** Minutes before the release: the bursts of failures and of slowness are read from their baseline. */
  history: z.array(GivenInterval).optional(),
  settings: Settings.optional(),
});

/** The inputs of `holdfast plan-rollout`. Throws Fault('InvalidInput') naming the field. */
export function readPlanDocument(document: unknown): PlanInputs {
  const { history, settings = {}, ...choice } = parse(PlanDocument, document, 'the document');
  const fano = history === undefined ? {} : { fano: frozenFano(history, slowOf(judgeSettings(settings))) };
  const whole = parse(Whole, { settings: judgeSettings({ ...fano, ...settings }) }, 'the document');
  checkSlower(choice.traffic?.slower, whole.settings.latency.certify);
  return { ...choice, ...whole };
}

/** The forecast speaks of each certified threshold, and of no other. */
function checkSlower(slower: Readonly<Record<string, number>> | undefined, certify: readonly number[]): void {
  if (slower === undefined) return;
  const unnamed = certify.find((ms) => slower[ms] === undefined);
  if (unnamed !== undefined) throw wrong('traffic.slower', `does not name ${unnamed}, which is certified`);
  const names = Object.keys(slower);
  if (names.length === 0) throw wrong('traffic.slower', 'names no threshold, and none is certified');
  const other = names.find((ms) => !certify.some((each) => String(each) === ms));
  if (other === undefined) return;
  if (!/^\d+(\.\d+)?$/.test(other)) throw wrong(`traffic.slower.${other}`, 'must be a number of ms');
  const known = certify.length === 0 ? 'none is (`settings.latency`)' : `these are: ${certify.join(', ')}`;
  throw wrong(`traffic.slower.${other}`, `is not certified; ${known}`);
}

function wrong(path: string, message: string): Fault {
  return new Fault('InvalidInput', `the document is not valid: ${path} ${message}`, {
    issues: [{ path, message }],
  });
}
