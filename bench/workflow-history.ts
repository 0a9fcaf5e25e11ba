import { arnOf } from '../local/cloud/template/identities.ts';
import type { World } from '../local/world.ts';

/** One visit of a task state; times in milliseconds since 1970. */
export type Visit = { readonly state: string; readonly from: number; readonly to: number };

type Event = {
  readonly timestamp: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string };
};

/** The task states of a rollback's workflow in the order they were entered, from its recorded history. */
export async function visitsOf(world: World, rollbackId: string): Promise<readonly Visit[]> {
  const executionArn = executionOf(world, rollbackId);
  const { events } = (await world.cloud.call('states', 'GetExecutionHistory', {
    executionArn,
    maxResults: 1000,
  })) as { readonly events: readonly Event[] };
  return events.flatMap((event, index) => {
    const state = event.stateEnteredEventDetails?.name;
    if (event.type !== 'TaskStateEntered' || state === undefined) return [];
    const left = events
      .slice(index)
      .find((later) => later.type === 'TaskStateExited' && later.stateExitedEventDetails?.name === state);
    return left === undefined ? [] : [{ state, from: event.timestamp * 1000, to: left.timestamp * 1000 }];
  });
}

/** An execution is named after its attempt. Throws an Error for a template without a state machine. */
function executionOf(world: World, rollbackId: string): string {
  const machine = world.cloud.resources.find(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  if (machine === undefined) throw new Error('the template has no state machine');
  return `${arnOf(machine).replace(':stateMachine:', ':execution:')}:${rollbackId}`;
}
