import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { unsupportedFeatures } from '../../local/cloud/states/index.ts';
import { endOf, historyOf, start, statesOf } from '../local/states/harness.ts';
import { answering, masked, type RecordedCase, recordedTrace, traceOf } from '../local/states/recording.ts';
import { MACHINES } from '../statemachines/machines.ts';
import type { MachineJson } from '../support/state-graph.ts';

// biome-ignore lint/style/noProcessEnv: where the handbook lies is a fact of the machine that runs the tests
const told = process.env.HOLDFAST_HANDBOOK;
const file = join(told ?? '../shared', 'vectors/asl/asl_jsonata_cases.json');
if (told !== undefined && !existsSync(file))
  throw new Error(`HOLDFAST_HANDBOOK is set, but ${file} is absent`);
const cases = existsSync(file) ? readCases(file) : [];

describe.skipIf(cases.length === 0)(
  'Step Functions, as recorded in JSONata (skipped without the handbook)',
  () => {
    test('all 128 recorded cases are here', () => {
      expect(cases).toHaveLength(128);
    });

    test('every committed machine uses only what is run', () => {
      expect(MACHINES.flatMap(([, machine]) => unsupportedFeatures(machine))).toEqual([]);
    });

    test('a case is left out only for something that no committed machine uses', () => {
      const used = new Set(MACHINES.flatMap(([, machine]) => featuresOf(machine)));
      const left = cases.filter(({ definition }) => unsupportedFeatures(definition).length > 0);
      const needed = left.filter(({ definition }) => featuresOf(definition).every((one) => used.has(one)));
      expect(needed.map(({ name }) => name)).toEqual([]);
    });

    // The interpreter's refusal is the reason: a machine that brings a feature brings its cases.
    for (const one of cases) {
      const refused = unsupportedFeatures(one.definition);
      if (refused.length > 0) test.skip(`${one.name} (not run: ${refused.join('; ')})`);
      else test.concurrent(one.name, () => replay(one));
    }
  },
);

/** Types, fields, resources and functions that the states of a machine use, read without the interpreter. */
function featuresOf(machine: unknown): readonly string[] {
  const { States } = machine as MachineJson;
  return Object.values(States).flatMap((state) => [
    ...Object.keys(state).filter((field) => field !== 'End' && field !== 'QueryLanguage'),
    `${state.Type} ${state.Resource ?? ''}`,
    ...(JSON.stringify(state).match(/\$\w+(?=\()/g) ?? []),
  ]);
}

async function replay(one: RecordedCase): Promise<void> {
  const { call, asked } = answering(one);
  const states = statesOf(new DatabaseSync(':memory:'), one.definition, { call });
  await start(states, 'recorded', one.input);
  const end = await endOf(states, 'recorded');
  const trace = traceOf(await historyOf(states, 'recorded'));
  await states.close();
  const { status, output, error, cause } = one.expected;
  expect(masked(end, { output })).toEqual({ status, output, error, cause });
  expect(asked()).toEqual(one.mocks.map(({ request }) => request));
  const wanted = recordedTrace(one);
  expect(masked(trace, wanted)).toEqual(wanted);
}

function readCases(path: string): readonly RecordedCase[] {
  const { cases: all } = JSON.parse(readFileSync(path, 'utf8'));
  return all
    .filter((one: Record<string, unknown>) => !one.mixed_query_language && one.conversion === undefined)
    .map((one: { id: string }) => ({ ...one, name: one.id.slice(one.id.lastIndexOf('.') + 1) }));
}
