import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { unsupportedFeatures } from '../../local/cloud/states/index.ts';
import { endOf, historyOf, start, statesOf } from '../local/states/harness.ts';
import {
  answering,
  asMultiset,
  masked,
  type RecordedCase,
  recordedTrace,
  traceOf,
} from '../local/states/recording.ts';
import { MACHINES } from '../statemachines/machines.ts';

/** Cases that are not run, each with the reason. A feature that a committed machine uses may not stand here. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'test_cross_account_states_start_sync_execution[SFN_START_EXECUTION_SYNC_ROLE_ARN_JSONATA]':
    'startExecution.sync and Credentials: no machine waits for another, and none changes the account',
};

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

    test('a case is left out only for a feature that the interpreter refuses by name', () => {
      const left = cases.filter(({ name }) => name in NOT_RUN);
      expect(left.map(({ name }) => name)).toEqual(Object.keys(NOT_RUN));
      for (const { definition } of left) expect(unsupportedFeatures(definition)).not.toEqual([]);
    });

    test('every committed machine uses only what is run', () => {
      expect(MACHINES.flatMap(([, machine]) => unsupportedFeatures(machine))).toEqual([]);
    });

    for (const one of cases) {
      const reason = NOT_RUN[one.name];
      if (reason !== undefined) test.skip(`${one.name} (not run: ${reason})`);
      else test.concurrent(one.name, () => replay(one));
    }
  },
);

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
  if (one.expected.order_deterministic) expect(masked(trace, wanted)).toEqual(wanted);
  else expect(asMultiset(trace)).toEqual(asMultiset(wanted));
}

function readCases(path: string): readonly RecordedCase[] {
  const { cases: all } = JSON.parse(readFileSync(path, 'utf8'));
  return all
    .filter((one: Record<string, unknown>) => !one.mixed_query_language && one.conversion === undefined)
    .map((one: { id: string }) => ({ ...one, name: one.id.slice(one.id.lastIndexOf('.') + 1) }));
}
