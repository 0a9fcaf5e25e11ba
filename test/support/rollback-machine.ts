import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { CallAws } from '../../local/cloud/types.ts';
import type { Workflow } from '../../shared/ports/index.ts';
import type * as rollbacks from '../../shared/rollbacks/index.ts';
import { start, statesOf } from '../local/states/harness.ts';
import type { MemoryStore } from './memory-store.ts';
import type { MemoryWorld } from './memory-world.ts';
import { type Answer, type Invoke, invokeTask } from './rollback-tasks.ts';

const COMMITTED = join(import.meta.dirname, '../../statemachines/roll-back-service.asl.json');

type Around = {
  readonly store: MemoryStore;
  readonly world: MemoryWorld;
  readonly twice: boolean;
  readonly watch: (place: rollbacks.WatchInput) => Promise<unknown>;
  /** The text of another machine than the committed one. */
  readonly machine?: string | undefined;
  /** Calls the tasks; else the use cases are called. */
  readonly invoke?: Invoke | undefined;
};

/** The committed state machine on the local interpreter, its tasks called as Lambda calls them; and the workflow port over it. */
export function rollbackMachine(deps: () => rollbacks.WorldDeps, around: Around) {
  const { invoke = invokeTask } = around;
  const tasks: { readonly task: string; readonly payload: unknown }[] = [];
  const call: CallAws = async (_caller, _service, _action, input) => {
    const task = String(input.FunctionName);
    tasks.push({ task, payload: input.Payload });
    const run = () => invoke(deps(), task, input.Payload);
    const answer = await run();
    return around.twice && 'Payload' in answer ? again(around, answer, run) : answer;
  };
  const text = around.machine ?? readFileSync(COMMITTED, 'utf8');
  const definition = JSON.parse(text.replaceAll(/\$\{(\w+)Arn\}/g, '$1'));
  const states = statesOf(new DatabaseSync(':memory:'), definition, { call, now: () => Date.now() });
  const workflow: Workflow = {
    startRollback: async (id, input) => {
      await start(states, id, input).catch(() => {});
    },
    wake: async (taskToken, output) => {
      const answer = { taskToken, output: JSON.stringify(output) };
      await states.service('SendTaskSuccess', answer, { kind: 'owner' }).catch(() => {});
    },
    watchNow: async (service, environment) => void around.watch({ service, environment }),
  };
  return { tasks, states, workflow, close: states.close };
}

/** The second call after a success decides nothing, writes nothing at the forge and answers the same state. */
async function again(
  { store, world }: Around,
  first: Answer,
  repeat: () => Promise<Answer>,
): Promise<Answer> {
  if (first.FunctionError !== undefined) return first;
  const before = [store.written.length, world.forge.writes.length];
  const second = await repeat();
  expect([store.written.length, world.forge.writes.length]).toEqual(before);
  expect(second.Payload).toMatchObject(stateOf(first.Payload));
  return first;
}

const stateOf = (payload: unknown): object =>
  typeof payload === 'object' && payload !== null && 'state' in payload ? { state: payload.state } : {};
