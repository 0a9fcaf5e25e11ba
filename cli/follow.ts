import * as z from 'zod';
import * as deployments from '../shared/deployments/contract.ts';
import { END_STATES as ROLLBACK_ENDS } from '../shared/rollbacks/contract.ts';
import * as rollouts from '../shared/rollouts/contract.ts';
import { EXIT } from './command.ts';
import { type Api, everyPage } from './http.ts';
import { type Io, paint } from './io.ts';
import { type LiveArea, liveArea } from './live-area.ts';
import { chartOf, lookText } from './rollout-chart.ts';
import { RolloutView, standingOf, stateText } from './rollout-view.ts';

const POLL_MS = 1_000;

const Subject = z.looseObject({
  id: z.string(),
  rev: z.int(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional() }),
  mode: z.string().optional(),
  rollout: z.string().optional(),
  approval: z.string().optional(),
  deadlineAt: z.string().optional(),
});
export type Subject = z.infer<typeof Subject>;
const Decision = z.looseObject({
  rev: z.int(),
  at: z.string(),
  from: z.string().optional(),
  event: z.string().optional(),
  to: z.string().optional(),
  reasons: z.array(z.looseObject({ text: z.string() })).optional(),
});

export const FOLLOWED_KINDS = ['rollback', 'deployment', 'rollout'] as const;
export type FollowedKind = (typeof FOLLOWED_KINDS)[number];
/** How a state of a kind reads: an end that is good, an end that is not, a wait for a person; anything else goes on by itself. */
type Ends = {
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly waits: readonly string[];
};

const ENDS: Readonly<Record<FollowedKind, Ends>> = {
  rollback: {
    good: ROLLBACK_ENDS.filter((end) => end !== 'Aborted'),
    bad: ['Aborted'],
    waits: ['AwaitingHumanReview'],
  },
  deployment: {
    good: ['Completed'],
    // Observed too: nothing was rolled out, and whoever waits for a deployment must not take it for one
    bad: deployments.END_STATES.filter((end) => end !== 'Completed'),
    waits: ['AwaitingApproval', 'AwaitingHumanReview'],
  },
  rollout: {
    good: ['Promoted'],
    bad: rollouts.END_STATES.filter((end) => end !== 'Promoted'),
    waits: ['Held', 'Paused'],
  },
};

export type Ended = { readonly code: number; readonly subject: Subject; readonly rollout?: RolloutView };

/**
 * Follows a subject until it ends or waits for a person (`through` goes on then), telling each decision once on stderr, and
 * drawing its rollout where stderr is a terminal: one line a judgement where it is not.
 */
export async function follow(
  call: Api,
  io: Io,
  { kind, id }: { readonly kind: FollowedKind; readonly id: string },
  through: boolean,
): Promise<Ended> {
  const area = liveArea(io);
  const tell = teller(call, io, area.say);
  const show = shower(io, area);
  for (;;) {
    const subject = Subject.parse(await call('GET', `/v1/${kind}s/${id}`));
    await tell(kind, subject);
    const rollout = await rolloutOf(call, kind, subject);
    if (rollout !== undefined && kind === 'deployment') await tell('rollout', rollout);
    if (rollout !== undefined) show(rollout);
    const code = exitOf(kind, subject) ?? waitOf(rollout);
    if (code !== undefined && (code !== EXIT.waiting || !through))
      return { code, subject, ...(rollout !== undefined && { rollout }) };
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

/** Draws a rollout, or says each look of the judge once. */
function shower(io: Io, area: LiveArea): (rollout: RolloutView) => void {
  let looked: string | undefined;
  return (rollout) => {
    area.draw(chartOf(rollout));
    const look = rollout.judgement?.at;
    if (io.size === undefined && look !== looked && standingOf(rollout) !== undefined)
      io.say(lookText(rollout));
    looked = look;
  };
}

async function rolloutOf(call: Api, kind: FollowedKind, subject: Subject): Promise<RolloutView | undefined> {
  if (kind === 'rollout') return RolloutView.parse(subject);
  if (kind !== 'deployment' || subject.rollout === undefined) return undefined;
  return RolloutView.parse(await call('GET', `/v1/rollouts/${subject.rollout}`));
}

/** Tells the steps of subjects, each once. */
function teller(call: Api, io: Io, say: (line: string) => void) {
  const told = new Map<string, number>();
  return async (kind: FollowedKind, { id, rev }: { readonly id: string; readonly rev: number }) => {
    const before = told.get(id) ?? 0;
    if (rev <= before) return;
    const steps = (await everyPage(call, `/v1/${kind}s/${id}/decisions`, Decision)).filter(
      (step) => step.rev > before,
    );
    for (const { at, from, event, to, reasons } of steps) {
      const why = (reasons ?? []).map(({ text }) => text).join('; ');
      say(
        `${at}  ${paint(io, 'bold', `${from ?? '?'} -> ${to ?? '?'}`)}  ${event ?? ''}  ${paint(io, 'dim', why)}`,
      );
    }
    told.set(id, Math.max(before, ...steps.map((step) => step.rev)));
  };
}

/** undefined: it goes on by itself. */
function exitOf(kind: FollowedKind, { state, mode }: Subject): number | undefined {
  const { good, bad, waits } = ENDS[kind];
  if (good.includes(state.kind)) return EXIT.yes;
  if (bad.includes(state.kind)) return EXIT.no;
  const asksForMerge = state.kind === 'AwaitingMerge' && mode !== undefined && mode !== 'auto';
  return waits.includes(state.kind) || asksForMerge ? EXIT.waiting : undefined;
}

function waitOf(rollout: RolloutView | undefined): number | undefined {
  if (rollout === undefined) return undefined;
  return ENDS.rollout.waits.includes(rollout.state.kind) ? EXIT.waiting : undefined;
}

/** `rbk_... is AwaitingMerge, until ...`, and who must do what about a wait. */
export function standingText(kind: FollowedKind, { subject, rollout }: Ended): string {
  const { good, bad } = ENDS[kind];
  const ended = good.includes(subject.state.kind) || bad.includes(subject.state.kind);
  const until = ended || subject.deadlineAt === undefined ? '' : `, until ${subject.deadlineAt}`;
  const own = `${subject.id} is ${stateText(subject)}${until}`;
  if (kind !== 'deployment' || rollout === undefined || ended) return own;
  return `${own}; ${rollout.id} is ${stateText(rollout)} at ${Number((rollout.weight * 100).toFixed(2))} % of the traffic`;
}
