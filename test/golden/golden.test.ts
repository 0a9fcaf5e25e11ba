import { expect, test } from 'vitest';
import { REPLAYED_RULES } from '../../cli/replayed-rules.ts';
import { canonicalJson } from '../../shared/kernel/index.ts';
import {
  ADDS_GOLDEN,
  addGolden,
  type GoldenInputs,
  goldenTexts,
  keyOf,
  readGolden,
  replayGolden,
  ruleOf,
} from '../support/golden.ts';
import { DEPLOYMENT_CASES } from './deployment-cases.ts';
import { ROLLBACK_CASES } from './rollback-cases.ts';
import { ROLLOUT_CASES } from './rollout-cases.ts';

const CASES: readonly GoldenInputs[] = [...DEPLOYMENT_CASES, ...ROLLBACK_CASES, ...ROLLOUT_CASES];
const CHANGED =
  'The rule answers otherwise than it did: decisions of this version that stand in ledgers would no longer replay. A changed outcome ' +
  'needs the next version of the rule, the old one kept beside it as <name>.v<N>.ts (ADR 0025), and a line of its own; ' +
  'no line is ever changed or taken away, and UPDATE_GOLDEN does neither.';
const MISSING =
  'UPDATE_GOLDEN=1 npx vitest run test/golden adds the cases that have no line; with --maxWorkers=1 and the tests of a ' +
  'capability beside it (test/shared/rollbacks), decisions of their runs are kept where a rule has fewer than two.';
const OTHER_INPUTS =
  'The line of this name has other inputs than the case. It stays as it is: give the case another name, and add that.';

if (ADDS_GOLDEN) for (const missing of CASES.filter((each) => lineOf(each) === undefined)) add(missing);
const lines = readGolden();

test.each(lines.map((line) => [keyOf(line), line] as const))('%s', (_key, line) => {
  expect(replayGolden(line), CHANGED).toEqual({ kind: 'identical' });
});

test('a rule that answers otherwise is noticed, to the byte', () => {
  const [line] = lines;
  if (line === undefined) throw new Error('nothing is kept');
  const text = canonicalJson(line.outcome);
  const other = { ...line, outcome: JSON.parse(`${text.slice(0, -1)},"more":0}`) };
  expect(replayGolden(other)).toMatchObject({ kind: 'differs', computed: text });
});

test('every rule that replay knows has a line, in each of its versions', () => {
  const kept = new Set(lines.map(({ rule, version }) => `${rule} v${version}`));
  const known = REPLAYED_RULES.map(({ name, version }) => `${name} v${version}`);
  expect(new Set(known).size).toBe(known.length);
  expect(
    known.filter((each) => !kept.has(each)),
    MISSING,
  ).toEqual([]);
});

test.each(CASES.map((each) => [keyOf(each), each] as const))('has a line for %s', (_key, each) => {
  const line = lineOf(each);
  if (line === undefined) throw new Error(MISSING);
  expect(canonicalJson(line.inputs), OTHER_INPUTS).toBe(canonicalJson(each.inputs));
});

test('every line is canonical, has a name of its own, and all of them are small', () => {
  const texts = goldenTexts();
  for (const text of texts) expect(canonicalJson(JSON.parse(text))).toBe(text);
  expect(new Set(lines.map(keyOf)).size).toBe(lines.length);
  expect(texts.join('\n').length).toBeLessThan(300_000);
});

function lineOf(wanted: GoldenInputs) {
  return readGolden().find((line) => keyOf(line) === keyOf(wanted));
}

/** Decides on inputs as they come back from a ledger. */
function add(wanted: GoldenInputs): void {
  const rule = ruleOf(wanted.rule, wanted.version);
  if (rule === undefined) throw new Error(`replay knows no rule ${keyOf(wanted)}`);
  const inputs: unknown = JSON.parse(canonicalJson(wanted.inputs));
  addGolden({ ...wanted, inputs, outcome: rule.decide(inputs as never) });
}
