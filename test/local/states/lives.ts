import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../local/cloud/aws/database.ts';
import type { States } from '../../../local/cloud/states/index.ts';
import { api, type End, historyOf, start, statesOf, statusOf } from './harness.ts';

type Call = { readonly key: string; readonly token?: string; readonly failures?: number };

/** What the tasks of a machine act upon. It outlives the interpreter, as the real systems do. */
type World = {
  /** How often each key was asked for. */
  readonly calls: Map<string, number>;
  /** Tokens handed out and not yet answered. */
  readonly tokens: Set<string>;
};

/** Kills the interpreter at its nth question to the fault hook; what is asked later is dead too. */
type Life = { readonly states: States; readonly asked: () => number; readonly killed: () => boolean };

/** One life of the interpreter over a database file. `killAt` counts from 1; 0 kills never. */
function live(file: string, definition: unknown, world: World, killAt: number): Life {
  const database = openDatabase(file);
  let asked = 0;
  let dead = false;
  const states = statesOf(database, definition, {
    speed: 1000,
    chance: { random: () => 0, newId: () => crypto.randomUUID() },
    fault: async () => {
      asked += 1;
      dead = dead || asked === killAt;
      if (dead) throw new Error('killed');
    },
    call: async (_caller, _service, _action, input) => {
      if (dead) return new Promise(() => {});
      return act(world, JSON.parse(JSON.stringify(input.Payload)));
    },
  });
  const close = async (): Promise<void> => {
    await states.close();
    database.close();
  };
  return { states: { ...states, close }, asked: () => asked, killed: () => dead };
}

function act(world: World, { key, token, failures = 0 }: Call): unknown {
  const calls = (world.calls.get(key) ?? 0) + 1;
  world.calls.set(key, calls);
  if (token !== undefined) world.tokens.add(token);
  if (calls <= failures) {
    return {
      StatusCode: 200,
      FunctionError: 'Unhandled',
      Payload: { errorType: 'Unavailable', errorMessage: key },
    };
  }
  return { StatusCode: 200, Payload: { key } };
}

export type Outcome = {
  readonly end: End;
  readonly world: World;
  readonly asked: number;
  readonly events: readonly string[];
};

/** Starts an execution, kills it at the given question, lets a second life finish it. */
export async function runKilled(definition: unknown, killAt: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'states-'));
  const file = join(folder, 'states.db');
  const world: World = { calls: new Map(), tokens: new Set() };
  const first = live(file, definition, world, killAt);
  await start(first.states, 'one', {});
  await finish(first, world);
  await first.states.close();
  const second = live(file, definition, world, 0);
  second.states.resume();
  await finish(second, world);
  const end = await statusOf(second.states, 'one');
  const events = (await historyOf(second.states, 'one')).map(({ type }) => type).sort();
  await second.states.close();
  rmSync(folder, { recursive: true });
  return { end, world, asked: first.asked(), events };
}

/** Answers tokens until the execution ends or its interpreter is dead. */
async function finish(life: Life, world: World): Promise<void> {
  while (!life.killed() && (await statusOf(life.states, 'one')).status === 'RUNNING') {
    for (const taskToken of world.tokens) await answer(life.states, taskToken, world);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function answer(states: States, taskToken: string, world: World): Promise<void> {
  world.tokens.delete(taskToken);
  try {
    await api(states, 'SendTaskSuccess', { taskToken, output: '{"answered":true}' });
  } catch (thrown) {
    // The same token was handed out twice, because the call was made again after the kill.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'TaskTimedOut')) throw thrown;
  }
}
