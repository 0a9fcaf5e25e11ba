import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { holdfastHere } from '../cli/run.ts';
import { ROOT, textOf } from '../conventions/tree.ts';

const EXAMPLES: readonly (readonly [command: string, file: string, code: number, says: string])[] = [
  ['judge', 'counts.json', 1, 'ROLLBACK'],
  ['plan-rollout', 'plan.json', 0, 'judged every'],
  ['score', 'change.json', 0, 'score'],
  ['score --calibrate', 'scores.json', 0, 'Brier score'],
  ['policy test', 'policies.test.yaml', 0, '3 of 3 as expected'],
];

test.each(EXAMPLES)(
  'holdfast %s reads docs/examples/%s and ends with %d',
  async (command, file, code, says) => {
    const ran = await holdfastHere([...command.split(' '), join(ROOT, 'docs', 'examples', file)]);
    expect([ran.code, ran.stderr]).toEqual([code, '']);
    expect(ran.stdout).toContain(says);
  },
);

test.each(EXAMPLES)('the help of %s and the README name docs/examples/%s', (command, file) => {
  const [name] = command.split(' --');
  expect(COMMANDS.find((each) => each.name === name)?.example).toContain(
    `holdfast ${command} docs/examples/${file}`,
  );
  expect(textOf('README.md')).toContain(`npx holdfast ${command} docs/examples/${file}`);
});

test('every example is one that the README names', () => {
  const files = readdirSync(join(ROOT, 'docs', 'examples'));
  expect(files.filter((file) => !textOf('README.md').includes(`docs/examples/${file}`))).toEqual([]);
});
