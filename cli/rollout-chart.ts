import type { DrawnLine } from './live-area.ts';
import {
  type ArmSum,
  percentText,
  type RolloutView,
  type Standing,
  shortP,
  standingOf,
  stateText,
} from './rollout-view.ts';

const BAR = 24;
const SPARKS = '▁▂▃▄▅▆▇█';
const SHOWN_INTERVALS = 30;

/** A rollout in a few lines: where on its stages, what both versions served, and how far the judge is from each verdict. */
export function chartOf(view: RolloutView): readonly DrawnLine[] {
  const standing = standingOf(view);
  const head = `${view.service} ${view.environment}  ${view.id}  version ${view.canary} (${view.revision.slice(0, 7)}) beside ${view.baseline}: ${stateText(view)}`;
  return [
    { text: head, colour: 'bold' },
    { text: `  stages    ${ladderText(view)}` },
    { text: `  traffic   ${bar(view.weight)}  ${percentText(view.weight)}` },
    ...(standing === undefined
      ? [{ text: '  no interval has closed yet: nothing is judged', colour: 'dim' as const }]
      : judgedLines(standing)),
  ];
}

function judgedLines(standing: Standing): readonly DrawnLine[] {
  const { canary, baseline, limits, logE, logSafe, verdict } = standing;
  const most = Math.max(...canary.rates, ...baseline.rates);
  const of = (log: number, limit: number | undefined) =>
    limit === undefined ? log.toFixed(2) : `${bar(log / limit)}  ${log.toFixed(2)} of ${limit.toFixed(2)}`;
  return [
    { text: `  canary    ${armText(canary, most)}` },
    { text: `  baseline  ${armText(baseline, most)}` },
    { text: `  worse?    ${of(logE, limits?.harm)}${pText(standing)}` },
    { text: `  safe?     ${of(logSafe, limits?.safe)}` },
    {
      text: `  verdict   ${verdict}${neededText(standing)}`,
      ...(verdict !== 'UNDECIDED' && { colour: colourOf(verdict) }),
    },
  ];
}

/** The always-valid p: as little as this once in 1/p healthy canaries at most, however often one looks. */
function pText({ p }: Standing): string {
  return p === undefined ? '' : `, always-valid p ${shortP(p)}`;
}

/** What is still missing for SAFE if the canary is as good as the version beside it. */
function neededText({ verdict, needed }: Standing): string {
  if (verdict !== 'UNDECIDED' || needed === undefined) return '';
  return needed.requests === null
    ? ', and nothing to reckon from yet'
    : `, about ${needed.requests} more requests for SAFE (${needed.of})`;
}

function colourOf(verdict: string): 'green' | 'red' {
  return verdict === 'SAFE' ? 'green' : 'red';
}

/** The stages: those behind it, the one where it stands, those to come. */
function ladderText({ plan, state, weight }: RolloutView): string {
  const reached = state.stage ?? plan.stages.findLastIndex((stage) => stage.weight <= weight);
  const mark = (index: number) => (index < reached ? '✓' : pending(index === reached));
  return plan.stages.map((stage, index) => `${mark(index)} ${percentText(stage.weight)}`).join('   ');
}

function pending(here: boolean): string {
  return here ? '▶' : '·';
}

/** A share from 0 to 1; beyond is drawn as full, below as empty. */
function bar(share: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

function armText({ requests, failures, rates }: ArmSum, most: number): string {
  const rate = requests === 0 ? '-' : percentText(failures / requests);
  const sparks = rates.slice(-SHOWN_INTERVALS).map((each) => sparkOf(each, most));
  return `${String(requests).padStart(7)} requests  ${String(failures).padStart(5)} failed  ${rate.padStart(7)}  ${sparks.join('')}`;
}

function sparkOf(rate: number, most: number): string {
  const level = most === 0 ? 0 : Math.round((rate / most) * (SPARKS.length - 1));
  return SPARKS[level] ?? ' ';
}

/** The same in one line, for where nothing is drawn anew. */
export function lookText(view: RolloutView): string {
  const standing = standingOf(view);
  const at = `${view.id} at ${percentText(view.weight)}`;
  if (standing === undefined) return `${at}: no interval has closed yet`;
  const { canary, baseline, limits, logE, logSafe, verdict } = standing;
  const arm = (name: string, { requests, failures }: ArmSum) => `${name} ${failures} of ${requests} failed`;
  const limit = (text: string, of: number | undefined) =>
    of === undefined ? '' : ` (${text} at ${of.toFixed(2)})`;
  return [
    `${at}: ${arm('canary', canary)}, ${arm('baseline', baseline)}`,
    `ln E ${logE.toFixed(2)}${limit('worse', limits?.harm)}${pText(standing)}, ln E safe ${logSafe.toFixed(2)}${limit('safe', limits?.safe)}`,
    `${verdict}${neededText(standing)}`,
  ].join('; ');
}
