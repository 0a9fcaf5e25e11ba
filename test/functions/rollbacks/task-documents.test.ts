import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TaskDocument } from '../../../functions/runtime/rollbacks.ts';

const ROOT = join(import.meta.dirname, '../../..');
type State = {
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: Readonly<Record<string, unknown>> };
};
const machine: { readonly States: Readonly<Record<string, State>> } = JSON.parse(
  readFileSync(join(ROOT, 'statemachines/roll-back-service.asl.json'), 'utf8'),
);
const tasks = Object.entries(machine.States).flatMap(([name, { Arguments }]) =>
  Arguments === undefined ? [] : [{ name, ...Arguments }],
);

test('the machine has tasks to look at', () => {
  expect(tasks.length).toBeGreaterThan(10);
});

test.each(tasks)('$name: its handler reads all that the machine hands over', ({ FunctionName, Payload }) => {
  const file = FunctionName.replace(/^\$\{(\w+)Arn\}$/, '$1')
    .replace(/(?<=[a-z])[A-Z]/g, '-$&')
    .toLowerCase();
  // a document drops what it does not name
  const named = readFileSync(join(ROOT, `functions/rollbacks/${file}.ts`), 'utf8');
  const common = Object.keys(TaskDocument.shape);
  for (const field of Object.keys(Payload).filter((each) => !common.includes(each)))
    expect(named).toContain(`${field}: `);
});
