import { type Gaps, gapsText } from './gaps.ts';
import { killAt, type Path } from './judge-path.ts';
import type { Verdict } from './judge-rollout.ts';
import { isReadable } from './judge-run.ts';
import type { Condemnation } from './judge-verdict.ts';
import type { Needed } from './needed-exposure.ts';
import { tooFewIntervals } from './spread.ts';

type Found = {
  readonly verdict: Verdict;
  readonly condemned: Condemnation | undefined;
  readonly safeAt: string | undefined;
  readonly needed: Needed;
  readonly path: Path;
  readonly open: readonly string[];
  readonly stood: boolean;
  /** The verdict was found over more intervals than stand here. */
  readonly told: boolean;
  readonly gaps: Gaps | undefined;
};

const ADDED_UP =
  'so it is by all intervals as they were measured; they do not fit in one decision, and those added up here show something else';

/** Why the verdict is what it is, in plain words. */
export function judgeReasons(found: Found): readonly string[] {
  const { path, open, gaps, told, condemned } = found;
  const waiting =
    open.length === 0 ? [] : [`${open.length} interval(s) may still be revised and are not judged yet`];
  const added = told && condemned === undefined ? [ADDED_UP] : [];
  return [...verdictReasons(found), ...added, ...comparison(path, gaps), ...waiting];
}

function verdictReasons({ condemned, safeAt, stood, told, needed, path }: Found): readonly string[] {
  if (condemned !== undefined && stood)
    return [`condemned at ${condemned.at} (${condemned.by}), and a verdict to roll back stays`];
  if (condemned !== undefined && told)
    return [
      `condemned at ${condemned.at} (${condemned.by}) by all intervals as they were measured; they do not fit in one decision, and those added up here do not show it`,
    ];
  if (condemned !== undefined) return [harmReason(path, condemned)];
  const { rBad, beta } = path.settings;
  if (safeAt !== undefined)
    return [
      `at ${safeAt} it was ruled out that the canary is ${rBad} times as bad (chance of a wrong SAFE: ${beta})`,
    ];
  return ['neither harm nor safety is shown', ...unreadable(path), ...needReasons(needed, rBad)];
}

function unreadable(path: Path): readonly string[] {
  const { spread } = path.settings;
  const few = tooFewIntervals(path.metrics, spread).map(({ ms }) => badText(ms));
  const waits =
    few.length === 0
      ? []
      : [
          `nobody knows whether ${few.join(' and ')} come in bursts: for that the canary is rolled back once it came in ${spread?.intervals} intervals, before only by the kill switch`,
        ];
  if (isReadable(path)) return waits;
  return [
    ...waits,
    `whether failures come in bursts is read from the baseline: before ${path.settings.estimateAfter} intervals of it only the kill switch rolls back`,
  ];
}

function badText(ms: number | undefined): string {
  return ms === undefined ? 'failures' : `requests slower than ${ms} ms`;
}

function harmReason(path: Path, { by, at }: Condemnation): string {
  const { settings } = path;
  const index = path.intervals.findIndex((interval) => interval.at === at);
  if (by === 'kill-switch') {
    const { errorRate, slowerThan, slowShare } = settings.killSwitch ?? {};
    const slow =
      slowerThan == null ? '' : `, or more than ${percent(slowShare)} are slower than ${slowerThan} ms`;
    const worse = isBeside(path, index) ? ', worse than any baseline beside it' : '';
    return `at ${at} the kill switch: more than ${percent(errorRate)} of the canary's requests fail${slow}${worse} (E = ${eValue(killAt(path, index))}, limit ${limitOf(path, 'kill')})`;
  }
  const what = by === 'errors' ? 'fails more often' : 'is slow more often';
  return `at ${at} the canary ${what} than the baseline beside it (E = ${eValue(path.harm[index])}, limit ${limitOf(path, 'harm')})`;
}

/** Whether the switch looked beside the canary, and something was there in the interval of that index. */
function isBeside({ settings, intervals }: Path, index: number): boolean {
  return settings.killSwitch?.besideBaseline === true && (intervals[index]?.baseline?.requests ?? 0) > 0;
}

/** What E was compared with. Settings that were recorded without `estimateAfter` keep the words that they were told in. */
function limitOf({ settings, limits }: Path, of: 'harm' | 'kill'): string {
  if (settings.estimateAfter !== undefined) return eValue(limits[of]);
  return eValue(Math.log(1 / (of === 'kill' ? settings.killAlpha : settings.judgeAlpha)));
}

function needReasons({ failures, requests, of }: Needed, rBad: number): readonly string[] {
  if (failures === null) return ['nothing to reckon from how long SAFE would take'];
  if (requests === null)
    return [`SAFE needs about ${failures} more failures (${of}), and none has been seen yet`];
  return [
    `SAFE needs about ${failures} more failures (${of}), that is ${requests} requests at the present rates, or accept more than ${rBad} times as bad as harm`,
  ];
}

function comparison(path: Path, gaps: Gaps | undefined): readonly string[] {
  return gaps === undefined
    ? [...comparedReasons(path), ...rest(path)]
    : [...comparedReasons(path), gapsText(gaps)];
}

function comparedReasons({ compared, canary, intervals }: Path): readonly string[] {
  if (intervals.length === 0) return ['there is no interval'];
  if (canary.requests === 0) return ['the canary had no traffic: nothing can be compared'];
  if (compared.intervals === 0) return ['there is no baseline beside the canary: nothing can be compared'];
  return [
    `compared ${compared.failures} failures of ${compared.requests} requests in ${compared.intervals} interval(s)`,
  ];
}

/** In the words of what was recorded without `gaps`; with them it is told apart why. */
function rest({ compared, canary, intervals }: Path): readonly string[] {
  const others = intervals.length - compared.intervals;
  if (others === 0 || compared.intervals === 0 || canary.requests === 0) return [];
  return [`${others} interval(s) without traffic in both arms say nothing`];
}

function percent(share: number | undefined): string {
  return `${Number(((share ?? 0) * 100).toPrecision(4))} %`;
}

function eValue(log: number | undefined): string {
  return String(Number(Math.exp(log ?? 0).toPrecision(3)));
}
