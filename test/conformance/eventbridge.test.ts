import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../local/cloud/events/matcher.ts';

type Case = {
  readonly id: string;
  readonly group: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly match: boolean | 'invalid';
};

// biome-ignore lint/style/noProcessEnv: the handbook's place is given to tests by the environment alone.
const named = process.env.HOLDFAST_HANDBOOK;
const file = join(named ?? join(import.meta.dirname, '../../../shared'), 'vectors/eventbridge/patterns.json');
if (named !== undefined && !existsSync(file))
  throw new Error(`HOLDFAST_HANDBOOK names ${named}, which lacks ${file}`);
if (!existsSync(file))
  process.stderr.write(`skipped: the recorded answers of EventBridge's engine are not at ${file}\n`);

/** What the matcher says of a pattern it does not run; undefined for one that it compiles or that nobody can. */
function notRun(pattern: unknown): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (cause) {
    return /^.* is not run locally$/.exec(cause instanceof Error ? cause.message : '')?.[0];
  }
}

function answer(pattern: unknown, event: unknown): boolean | 'invalid' {
  let matches: (event: unknown) => boolean;
  try {
    matches = compilePattern(pattern);
  } catch {
    return 'invalid';
  }
  return matches(event);
}

describe.skipIf(!existsSync(file))('the event pattern matcher answers as the engine of AWS', () => {
  const recorded: { readonly count: number; readonly cases: readonly Case[] } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { count: 0, cases: [] };
  const [run, left] = [true, false].map((isRun) =>
    recorded.cases.filter(({ pattern }) => (notRun(pattern) === undefined) === isRun),
  );
  const groups = Map.groupBy(run ?? [], ({ group }) => group);

  test('every recorded pair is read', () => {
    expect(recorded.cases.length).toBe(recorded.count);
    expect(recorded.count).toBeGreaterThanOrEqual(693);
  });

  test.each([...groups])('on patterns of the group %s', (_, cases) => {
    const wrong = cases
      .map(({ id, pattern, event, match }) => ({ id, match, answered: answer(pattern, event) }))
      .filter(({ match, answered }) => match !== answered);
    expect(wrong).toEqual([]);
  });

  test('a pair is left out only for an operator that is written in its pattern', () => {
    const written = /"(\$or|suffix|equals-ignore-case|wildcard|cidr|numeric)":|"(prefix|anything-but)":\{/;
    const wrong = (left ?? []).filter(({ pattern }) => !written.test(JSON.stringify(pattern)));
    expect(wrong).toEqual([]);
  });

  // A rule with such an operator is refused at start: a template that brings one brings its pairs.
  for (const { id, pattern } of left ?? []) test.skip(`${id} (${notRun(pattern)})`);
});
