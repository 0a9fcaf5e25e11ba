import * as z from 'zod';
import { type Command, EXIT, needed, neededId, oneOf } from '../command.ts';
import { api } from '../http.ts';
import { paint, table } from '../io.ts';

const Nearest = z.looseObject({
  text: z.string(),
  would: z.string().optional(),
  score: z.string(),
  band: z.string(),
});
/** Of a deployment only: what it was weighed by. Numbers are decimal strings. */
const Weighed = z.looseObject({
  factors: z
    .array(
      z.looseObject({ name: z.string(), value: z.string(), weight: z.string(), contribution: z.string() }),
    )
    .optional(),
  probability: z.looseObject({ mean: z.string() }).optional(),
  similar: z
    .array(
      z.looseObject({
        id: z.string(),
        similarity: z.string(),
        outcome: z.string(),
        why: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  /** What would have altered the decision `nearestTo`, or why that cannot be told. */
  nearest: z.array(Nearest).optional(),
  nearestTo: z.string().optional(),
  nearestNote: z.string().optional(),
  policies: z
    .array(
      z.looseObject({
        id: z.string(),
        cameTo: z.string(),
        reason: z.string(),
        lifted: z.looseObject({ kind: z.string(), id: z.string(), expiresAt: z.string() }).optional(),
      }),
    )
    .optional(),
  /** What may lift a policy: `owner` asked for broken glass, and answers for an exception. */
  exceptions: z
    .array(
      z.looseObject({
        kind: z.string(),
        id: z.string(),
        state: z.string(),
        owner: z.string(),
        grantedBy: z.string().optional(),
        reason: z.string(),
        expiresAt: z.string(),
      }),
    )
    .optional(),
  warnings: z.array(z.unknown()).optional(),
  autonomy: z.looseObject({ action: z.string(), why: z.string() }).optional(),
});
const Told = Weighed.extend({
  /** Of a rollout only: times, and what it cost, as one text. */
  recovery: z.looseObject({ text: z.string() }).optional(),
  /** Of a rollback only: its invariants as they were read last. */
  invariants: z
    .looseObject({
      at: z.string(),
      mode: z.string(),
      verdict: z.string(),
      results: z.array(z.looseObject({ id: z.string(), result: z.string(), value: z.string() })),
    })
    .optional(),
});
const Explanation = Told.extend({
  summary: z.string(),
  next: z.string(),
  steps: z.array(
    z.object({
      rev: z.number(),
      at: z.string(),
      text: z.string(),
      rule: z.string(),
      reasons: z.array(z.object({ code: z.string(), text: z.string() })),
    }),
  ),
});
const KINDS = ['rollback', 'deployment', 'rollout', 'approval'] as const;

export const explainCommand: Command = {
  name: 'explain',
  summary:
    'Why a subject stands where it stands: readings, rules and reasons in plain words; of a deployment also what it was weighed by, and what would have altered it.',
  args: 'KIND ID',
  example: 'holdfast explain deployment dep_01JD...',
  run: async (positionals, _options, io) => {
    const kind = oneOf(KINDS, needed(positionals, 0, 'KIND'), 'KIND');
    const id = neededId(positionals, 1, [kind]);
    const answer = Explanation.parse(await api()('GET', `/v1/${kind}s/${id}/explain`));
    io.document(answer);
    io.out(paint(io, 'bold', answer.summary));
    for (const { title, lines } of sectionsOf(answer)) {
      io.out(`\n${paint(io, 'bold', title)}`);
      for (const line of lines) io.out(line);
    }
    for (const step of answer.steps) {
      io.out(`\n${step.rev}. ${step.at}  ${step.text}  ${paint(io, 'dim', `[${step.rule}]`)}`);
      for (const reason of step.reasons) io.out(`     ${reason.code}: ${reason.text}`);
    }
    io.out(`\n${answer.next}`);
    return EXIT.yes;
  },
};

type Policy = NonNullable<z.infer<typeof Weighed>['policies']>[number];
type Exception = NonNullable<z.infer<typeof Weighed>['exceptions']>[number];
type Section = { readonly title: string; readonly lines: readonly string[] };

function sectionsOf(answer: z.infer<typeof Told>): readonly Section[] {
  const { factors = [], similar = [], policies = [], exceptions = [], autonomy } = answer;
  const spoke = policies.filter(
    ({ cameTo, lifted }) => lifted !== undefined || (cameTo !== 'nothing' && cameTo !== 'permit'),
  );
  const sections: readonly Section[] = [
    { title: 'What the risk is made of', lines: factors.length === 0 ? [] : factorLines(factors) },
    {
      title: 'Most like it among what was deployed before',
      lines: similar.map(
        (each) => `  ${each.id}  ${short(each.similarity)}  ${each.outcome}  ${(each.why ?? []).join(', ')}`,
      ),
    },
    {
      title: `${spoke.length} of ${policies.length} policies had something to say`,
      lines: spoke.map(policyLine),
    },
    {
      title: 'How quickly, and what it cost',
      lines: (answer.recovery?.text ?? '').split('; ').flatMap((part) => (part === '' ? [] : [`  ${part}`])),
    },
    { title: 'Exceptions and broken glass', lines: exceptions.map(exceptionLine) },
    { title: 'Autonomy', lines: autonomy === undefined ? [] : [`  ${autonomy.why}`] },
    nearestSection(answer),
  ];
  return [...sections.filter(({ lines }) => lines.length > 0), ...invariantsOf(answer.invariants)];
}

function invariantsOf(seen: z.infer<typeof Told>['invariants']): readonly Section[] {
  if (seen === undefined) return [];
  const rows = seen.results.map(({ id, result, value }) => [`  ${id}`, result, value]);
  const title = `The invariants as they were read last, at ${seen.at} in mode ${seen.mode}: ${seen.verdict}`;
  return [{ title, lines: [table(rows)] }];
}

function nearestSection({ nearest = [], nearestTo, nearestNote }: z.infer<typeof Weighed>): Section {
  const to = nearestTo === undefined ? 'it' : `the decision: ${nearestTo}`;
  const lines = nearest.map(({ text, would, score, band }) => {
    const risk = `risk ${short(score)} (${band})`;
    return would === undefined ? `  ${text}: ${risk}` : `  ${text}: ${would}, at ${risk}`;
  });
  return {
    title: `The nearest changes that would have altered ${to}`,
    lines: [...lines, ...(nearestNote === undefined ? [] : [`  ${nearestNote}`])],
  };
}

function policyLine({ id, cameTo, reason, lifted }: Policy): string {
  if (lifted === undefined) return `  ${id}: ${cameTo}: ${reason}`;
  const left = cameTo === 'nothing' ? '' : `, still ${cameTo}`;
  return `  ${id}: lifted by ${lifted.kind} ${lifted.id} until ${lifted.expiresAt}${left}: ${reason}`;
}

function exceptionLine({ kind, id, state, owner, grantedBy, reason, expiresAt }: Exception): string {
  const who = grantedBy === undefined ? `owned by ${owner}` : `asked by ${owner}, granted by ${grantedBy}`;
  return `  ${kind} ${id} (${state}): ${who}, until ${expiresAt}: ${reason}`;
}

/** Decimal strings have twelve digits, for replay; people are shown three. */
function short(text: string): string {
  const value = Number(text);
  return Number.isNaN(value) ? text : String(Number(value.toPrecision(3)));
}

function factorLines(factors: NonNullable<z.infer<typeof Weighed>['factors']>): readonly string[] {
  const rows = factors.map(({ name, value, weight, contribution }) => [
    `  ${name}`,
    short(value),
    short(weight),
    short(contribution),
  ]);
  return [table([['  FACTOR', 'VALUE', 'WEIGHT', 'ADDS'], ...rows])];
}
