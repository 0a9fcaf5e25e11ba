import { isFault } from '../../shared/kernel/index.ts';
import { alwaysValidP } from '../../shared/rollouts/rules/always-valid-p.ts';
import { type Drift, driftMonitors } from '../../shared/rollouts/rules/drift-monitors.ts';
import { gapsIn } from '../../shared/rollouts/rules/gaps.ts';
import { intervalNotes } from '../../shared/rollouts/rules/interval-notes.ts';
import { closeIntervals } from '../../shared/rollouts/rules/intervals.ts';
import { readJudgeDocument } from '../../shared/rollouts/rules/judge-document.ts';
import {
  type JudgeInputs,
  type JudgeOutcome,
  judgeRollout,
} from '../../shared/rollouts/rules/judge-rollout.ts';
import { rawGuards } from '../../shared/rollouts/rules/raw-guards.ts';
import { type Command, cliError, EXIT, needed } from '../command.ts';
import { readDocument } from '../document.ts';
import { paint, table } from '../io.ts';
import { shortP } from '../rollout-view.ts';

/** Exit codes (api.md): what may go on, what must go back, what nobody knows yet. */
const EXITS = { SAFE: EXIT.yes, ROLLBACK: EXIT.no, UNDECIDED: EXIT.waiting } as const;
const COLOURS = { SAFE: 'green', ROLLBACK: 'red', UNDECIDED: 'yellow' } as const;

const P_MEANS = 'at most so often does a healthy canary ever look as bad as this, however often one looks';
/** The p of a canary that the switch condemned may well be 1. */
const SWITCH_IS_APART = ' (of the judge; the kill switch has an E of its own, above)';

export const judgeCommand: Command = {
  name: 'judge',
  summary:
    'Judges a canary by the counts of both arms: SAFE (exit 0), ROLLBACK (1) or UNDECIDED (3), with stated error rates.',
  args: 'FILE|-',
  example: 'holdfast judge docs/examples/counts.json',
  run: async (positionals, _options, io) => {
    const document = readDocument(needed(positionals, 0, 'FILE'));
    const { outcome, guards, p, limit, drift } = orUsageError(() =>
      judge(readJudgeDocument(document), Date.now()),
    );
    io.document({ ...inNumbers(outcome), alwaysValidP: p, guards, drift });
    io.out(paint(io, COLOURS[outcome.verdict], outcome.verdict));
    for (const reason of outcome.reasons) io.out(`  ${reason}`);
    const whose = outcome.by === 'kill-switch' ? SWITCH_IS_APART : '';
    io.out(`  always-valid p ${shortP(p)}${whose}: ${P_MEANS} (ROLLBACK at ${limit})`);
    io.out(`  ${driftText(drift)}`);
    for (const crossed of guards) io.out(`  a person is asked: ${crossed}`);
    if (outcome.intervals.length > 0) io.out(`\n${rowsOf(outcome)}`);
    return EXITS[outcome.verdict];
  },
};

/** What is odd about the intervals stands with the reasons; it changes no verdict. */
function judge(inputs: JudgeInputs, now: number) {
  const gaps = gapsIn(closeIntervals(inputs.intervals).closed);
  const outcome = judgeRollout.decide({ ...inputs, ...(gaps !== undefined && { gaps }) });
  const reasons = [...outcome.reasons, ...intervalNotes(inputs.intervals, now)];
  return {
    outcome: { ...outcome, reasons },
    guards: rawGuards.decide(inputs).crossed,
    p: alwaysValidP(outcome, inputs),
    limit: inputs.settings.judgeAlpha,
    drift: driftMonitors(inputs.intervals, inputs.settings.latency.thresholds),
  };
}

const MONITORS = { ewma: 'EWMA', cusum: 'CUSUM', mahalanobis: 'Mahalanobis' } as const;

/** Evidence for whoever reads: no verdict is taken from it. */
function driftText(drift: readonly Drift[]): string {
  const blind = drift.filter(({ compared }) => compared === 0);
  if (blind.length === drift.length) return 'what drifts: nothing could be compared';
  const found = drift
    .filter(({ firstAt }) => firstAt !== null)
    .map(
      ({ monitor, of, value, limit, firstAt }) =>
        `${MONITORS[monitor]} of ${of} at ${firstAt} (now ${value.toPrecision(3)}, limit ${limit.toPrecision(3)})`,
    );
  const unseen = [...new Set(blind.map(({ of }) => of))].join(', ');
  const but = blind.length === 0 ? '' : `; nothing could be compared of ${unseen}`;
  return found.length === 0
    ? `what drifts: nothing beyond its limit${but}`
    : `what drifts, as evidence that decides nothing: ${found.join('; ')}${but}`;
}

/** What a document says wrong is wrong usage: the field stands in the text. */
export function orUsageError<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!isFault(thrown, 'InvalidInput')) throw thrown;
    throw cliError(thrown.message, EXIT.usage);
  }
}

/** The decimal strings of an outcome as numbers, for scripts. */
function inNumbers({ intervals, needed: need, compared, limits, ...outcome }: JudgeOutcome) {
  return {
    ...outcome,
    logE: Number(outcome.logE),
    logSafe: Number(outcome.logSafe),
    killLogE: Number(outcome.killLogE),
    limits: {
      logE: Number(limits.logE),
      logSafe: Number(limits.logSafe),
      killLogE: numberOrNull(limits.killLogE),
    },
    needed: { failures: numberOrNull(need.failures), requests: numberOrNull(need.requests), of: need.of },
    compared: {
      intervals: Number(compared.intervals),
      requests: Number(compared.requests),
      failures: Number(compared.failures),
    },
    intervals: intervals.map(({ at, logE, logSafe }) => ({
      at,
      logE: Number(logE),
      logSafe: Number(logSafe),
    })),
  };
}

export function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function rowsOf({ intervals }: JudgeOutcome): string {
  const short = (log: string) => Number(log).toFixed(3);
  return table([
    ['after', 'ln E', 'ln E safe'],
    ...intervals.map(({ at, logE, logSafe }) => [at, short(logE), short(logSafe)]),
  ]);
}
