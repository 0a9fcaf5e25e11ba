import { type Fault, failureText, isFault } from '../kernel/index.ts';
import type { RolloutDeps } from './ports.ts';
import { loadRollout, type Rollout, stageIndex } from './rollout.ts';
import { FREEZES, handOverRollout } from './rules/record-step.ts';
import { takeStep, wakeRollout } from './take-step.ts';

/** What comes again at each look: nobody is first, nothing is away for a while. */
export function isLasting(thrown: unknown): thrown is Fault {
  return isFault(thrown, 'TooLarge', 'InvalidInput', 'Malformed', 'Forbidden', 'PermissionDenied');
}

/**
 * Holds a rollout that the judge cannot judge, or whose verdict cannot be recorded, and asks a person: else its canary would
 * keep its traffic until some deadline. The next look may still take it back. One that is held for something else is asked
 * about anew, once; one that is gone or goes back is left alone.
 */
export async function holdUnrecorded(deps: RolloutDeps, id: string, { name, message }: Fault): Promise<void> {
  const rollout = await loadRollout(deps.store, id);
  if (!canBeHeld(rollout)) return;
  const { state, rev } = rollout;
  const said = failureText(message);
  const event = state.kind === 'Held' ? 'RolloutHeld' : 'HandedOver';
  await takeStep(deps, rollout, {
    key: `unrecorded/${rev}`,
    rule: handOverRollout,
    inputs: { state: state.kind, failure: name, ...(said !== null && { message: said }) },
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: ({ to }) => ({
      event,
      state: { kind: to, reason: 'UNEXPECTED', stage: stageIndex(rollout) },
      reasons: [
        {
          code: 'UNEXPECTED',
          text: `the judge cannot record what it finds, ${name}${said === null ? '' : `: ${said}`}: whether the canary is condemned is not known here`,
        },
      ],
    }),
  });
  await wakeRollout(deps, id, state.kind);
}

const LEAVES = ['AtStage', 'Paused', 'Shifting', 'Baking'] as const;

function canBeHeld({ state }: Rollout): boolean {
  if (state.kind === 'Held') return state.reason !== 'UNEXPECTED' && !FREEZES.includes(state.reason);
  return LEAVES.some((kind) => kind === state.kind);
}
