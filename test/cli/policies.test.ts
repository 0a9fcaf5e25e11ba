import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfastHere } from './run.ts';

const FACTS = {
  ...{ service: 'checkout', environment: 'production', tier: 'high', score: 0.2 },
  budget: { declared: false },
  change: { lines: 10, migration: false, dataClasses: [] },
};
const AT = '2026-11-18T14:00:00Z';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-policies-'));
let files = 0;

function file(document: unknown): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const OWN = {
  policies: [
    { id: 'baseline', title: 'the rest', severity: 'low', cedar: 'permit(principal, action, resource);' },
    {
      ...{ id: 'small-only', title: 'over five lines', severity: 'high' },
      cedar: 'forbid(principal, action == Action::"deploy", resource) when { context.change.lines > 5 };',
    },
  ],
};

describe('holdfast evaluate-policy', () => {
  test.each([
    [{}, 0, 'allow'],
    [{ facts: { ...FACTS, change: { ...FACTS.change, migration: true } } }, 3, 'require-approval'],
    [{ at: '2026-11-20T17:00:00+01:00' }, 1, 'block'],
    [{ at: '2026-11-20T16:59:59+01:00' }, 0, 'allow'],
    [{ set: OWN }, 1, 'block'],
    [{ facts: {} }, 1, 'block'],
  ])('%j: exit %d, %s', async (more, code, verdict) => {
    const ran = await holdfastHere(['evaluate-policy', file({ facts: FACTS, at: AT, ...more }), '--json']);
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.stdout)).toMatchObject({ verdict, results: expect.any(Array) });
  });

  test('for a person it names each policy with what it comes to and why', async () => {
    const { score: _score, ...unscored } = { ...FACTS, tier: 1 };
    const ran = await holdfastHere(['evaluate-policy', file({ facts: unscored, at: AT })]);
    expect(ran.stdout).toContain('block\n');
    expect(ran.stdout).toMatch(/critical-service-human-review +block +score is not known/);
    expect(ran.stdout).toMatch(/large-change-caution +- +does not hold/);
  });

  test.each([
    [{ facts: { ...FACTS, score: 2 }, at: AT }, 'score'],
    [{ facts: { ...FACTS, change: { lines: -1 } }, at: AT }, 'lines'],
    [{ facts: FACTS }, 'at'],
    [{ facts: FACTS, at: AT, set: { policies: [] } }, 'policies'],
    [
      {
        facts: FACTS,
        at: AT,
        set: {
          policies: [
            {
              ...OWN.policies[1],
              cedar: 'forbid(principal, action == Action::"deploy", resource) when { context.linez > 5 };',
            },
          ],
        },
      },
      'linez',
    ],
  ])('%j is wrong usage, and %s is named', async (document, name) => {
    const ran = await holdfastHere(['evaluate-policy', file(document)]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(name);
  });
});

describe('holdfast policy test', () => {
  const example = (more: object) => ({
    name: 'an example',
    at: AT,
    facts: {},
    expect: { verdict: 'allow' },
    ...more,
  });

  test('examples that are as expected end with 0', async () => {
    const examples = [
      example({}),
      example({
        facts: { change: { lines: 2000 } },
        expect: { verdict: 'allow', warnings: ['large-change-caution'] },
      }),
      example({ at: '2026-11-20T16:00:00Z', expect: { verdict: 'block', blockedBy: ['freeze-windows'] } }),
      example({
        facts: { change: { migration: true, irreversible: true } },
        expect: { approvalFor: ['db-migration-review'], onFailure: 'freeze' },
      }),
    ];
    const ran = await holdfastHere(['policy', 'test', file({ base: FACTS, examples })]);
    expect(ran.stdout).toContain('4 of 4 as expected');
    expect(ran.code).toBe(0);
  });

  test('one that is not ends with 1 and says what was expected and what came', async () => {
    const examples = [example({}), example({ name: 'too large', facts: { change: { lines: 6 } } })];
    const ran = await holdfastHere([
      'policy',
      'test',
      file({ set: OWN, base: { ...FACTS, change: { lines: 5 } }, examples }),
      '--json',
    ]);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      passed: false,
      examples: [
        { passed: true },
        { name: 'too large', differences: ['verdict: expected allow, got block'] },
      ],
    });
  });

  test.each([
    [{ name: 'x', facts: {} }, 'expect'],
    [example({ expect: {} }), 'must name at least one expectation'],
    [example({ at: undefined }), 'examples[0].at'],
  ])('%j, without an expectation or a time, is wrong usage', async (only, text) => {
    const ran = await holdfastHere(['policy', 'test', file({ examples: [only] })]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(text);
  });

  test.each([
    [50, 0],
    [51, 2],
  ])('a set with %d calendars ends with %d', async (count, code) => {
    const names = Array.from({ length: count }, (_, each) => `calendar-${each}`);
    const calendars = Object.fromEntries(names.map((name) => [name, { zone: 'UTC' }]));
    const [small] = OWN.policies;
    const document = { set: { policies: [small], calendars }, base: FACTS, examples: [example({})] };
    const ran = await holdfastHere(['policy', 'test', file(document)]);
    expect(ran.code).toBe(code);
    if (code !== 0) expect(ran.stderr).toContain('calendars');
  });
});
