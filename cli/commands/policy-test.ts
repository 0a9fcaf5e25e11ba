import * as z from 'zod';
import { PolicyFacts } from '../../shared/policies/contract.ts';
import type { EvaluatePoliciesOutcome } from '../../shared/policies/rules/evaluate-policies.ts';
import { type Command, cliError, EXIT, needed } from '../command.ts';
import { readDocument } from '../document.ts';
import { paint } from '../io.ts';
import { Example, evaluate, readSet } from '../policy-document.ts';

/** What of the outcome is asked for; what is not named may be anything. */
const Expected = z
  .strictObject({
    verdict: z.enum(['allow', 'require-approval', 'block']).exactOptional(),
    blockedBy: z.array(z.string()).exactOptional(),
    approvalFor: z.array(z.string()).exactOptional(),
    warnings: z.array(z.string()).exactOptional(),
    onFailure: z.enum(['roll-back', 'freeze']).exactOptional(),
  })
  .refine((expected) => Object.keys(expected).length > 0, 'must name at least one expectation');
type Expected = z.infer<typeof Expected>;

const Document = z.strictObject({
  set: z.unknown().optional(),
  /** Facts of every example; what an example says of its own goes before. */
  base: PolicyFacts.default({ change: {} }),
  examples: z.array(Example.extend({ name: z.string().min(1), expect: Expected })).min(1),
});

export const policyTestCommand: Command = {
  name: 'policy test',
  summary:
    'Holds policies against examples: `{set?, base?, examples: [{name, facts, at, expect: {verdict?, blockedBy?, approvalFor?, warnings?, onFailure?}}]}`. Exit 1 when one is not as expected.',
  args: 'FILE|-',
  example: 'holdfast policy test docs/examples/policies.test.yaml',
  run: async (positionals, _options, io) => {
    const file = needed(positionals, 0, 'FILE');
    const document = Document.safeParse(readDocument(file));
    if (!document.success) throw cliError(`${file}: ${z.prettifyError(document.error)}`, EXIT.usage);
    const { base, examples, set: sent } = document.data;
    const set = await readSet(sent);
    const tried = examples.map(({ name, expect, ...example }) => {
      const change = { ...base.change, ...example.facts.change };
      const outcome = evaluate(set, { ...example, facts: { ...base, ...example.facts, change } });
      return {
        name,
        passed: differences(outcome, expect).length === 0,
        differences: differences(outcome, expect),
        outcome,
      };
    });
    const failed = tried.filter(({ passed }) => !passed);
    io.document({ passed: failed.length === 0, examples: tried });
    for (const { name, passed, differences: lines } of tried) {
      io.out(`${paint(io, passed ? 'green' : 'red', passed ? 'ok    ' : 'FAILED')} ${name}`);
      for (const line of lines) io.out(`         ${line}`);
    }
    io.out(`${tried.length - failed.length} of ${tried.length} as expected`);
    return failed.length === 0 ? EXIT.yes : EXIT.no;
  },
};

function differences(outcome: EvaluatePoliciesOutcome, expected: Expected): readonly string[] {
  const got = { ...outcome, warnings: outcome.warnings.map(({ id }) => id) };
  const names = ['verdict', 'blockedBy', 'approvalFor', 'warnings', 'onFailure'] as const;
  return names.flatMap((name) => {
    const wanted = expected[name];
    if (wanted === undefined) return [];
    const [is, should] = [got[name], wanted].map((value) =>
      typeof value === 'string' ? value : value.toSorted().join(', ') || 'none',
    );
    return is === should ? [] : [`${name}: expected ${should}, got ${is}`];
  });
}
