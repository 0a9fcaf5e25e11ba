import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { REPLAYED_RULES } from '../../cli/replayed-rules.ts';
import { canonicalJson, type Decision } from '../../shared/kernel/index.ts';
import { replayDecision } from '../../shared/ledger/replay.ts';

const FILE = join(import.meta.dirname, '../golden/decisions.jsonl');
/** Of one version of a rule, from runs; and bytes of a line. What is rarer or larger is made by hand. */
const MOST_OF_A_RULE = 2;
const LARGEST_LINE = 6000;

const Golden = z.strictObject({
  rule: z.string(),
  version: z.int().min(1),
  /** What came of it, or what it shows; one line for each name of a rule's version. */
  name: z.string(),
  inputs: z.unknown(),
  outcome: z.unknown(),
});
export type Golden = z.infer<typeof Golden>;
export type GoldenInputs = Omit<Golden, 'outcome'>;

/** Whether whoever runs the tests wants what is missing to be added. */
// biome-ignore lint/style/noProcessEnv: the switch of whoever runs the tests, not of the product
export const ADDS_GOLDEN = process.env.UPDATE_GOLDEN === '1';

export const ruleOf = (name: string, version: number) =>
  REPLAYED_RULES.find((rule) => rule.name === name && rule.version === version);

export const keyOf = ({ rule, version, name }: Omit<GoldenInputs, 'inputs'>): string =>
  `${rule} v${version}: ${name}`;

/** The lines as they are kept, whole: each is canonical JSON, so that what it holds as outcome are the recorded bytes. */
export function goldenTexts(): readonly string[] {
  return existsSync(FILE) ? readFileSync(FILE, 'utf8').trimEnd().split('\n') : [];
}

export function readGolden(): readonly Golden[] {
  return goldenTexts().map((text) => Golden.parse(JSON.parse(text)));
}

/** By the same function as `holdfast ledger replay`: it reads rule, inputs and outcome of a decision, and nothing else. */
export function replayGolden({ rule: name, version, inputs, outcome }: Golden) {
  return replayDecision({ rule: { name, version }, inputs, outcome } as Decision, ruleOf);
}

/** Adds a line at the end; no line is ever changed or taken away. Throws where the name is taken. */
export function addGolden(line: Golden): void {
  if (readGolden().some((each) => keyOf(each) === keyOf(line))) throw new Error(`${keyOf(line)} is kept`);
  appendFileSync(FILE, `${canonicalJson(line)}\n`);
}

/** Keeps a decision of a run, where its rule has too few lines yet and none of the same step. */
export function offerGolden({ rule: { name: rule, version }, inputs, outcome, ...step }: Decision): void {
  if (ruleOf(rule, version) === undefined) return;
  const reason = step.reasons[0]?.code;
  const name = `${step.from} ${step.event} ${step.to}${reason === undefined ? '' : ` ${reason}`}`;
  const line = { rule, version, name, inputs, outcome };
  const others = readGolden().filter((each) => each.rule === rule && each.version === version);
  const known = others.some((each) => each.name === name);
  if (known || others.length >= MOST_OF_A_RULE || canonicalJson(line).length > LARGEST_LINE) return;
  addGolden(line);
}
