import * as z from 'zod';
import type { EvaluatePoliciesOutcome } from '../../shared/policies/rules/evaluate-policies.ts';
import { type Command, cliError, EXIT, needed } from '../command.ts';
import { readDocument } from '../document.ts';
import { type Io, paint, table } from '../io.ts';
import { Example, evaluate, readSet } from '../policy-document.ts';

const EXITS = { allow: EXIT.yes, block: EXIT.no, 'require-approval': EXIT.waiting } as const;
const COLOURS = { allow: 'green', block: 'red', 'require-approval': 'yellow' } as const;
const Document = Example.extend({ set: z.unknown().optional() });

export const evaluatePolicyCommand: Command = {
  name: 'evaluate-policy',
  summary:
    'Holds facts about a deployment against policies: allow (exit 0), block (1) or require-approval (3). The document: `{facts, at, set?, exceptions?}`; without a set those that Holdfast comes with (docs/policies.md).',
  args: 'FILE|-',
  example: 'holdfast evaluate-policy facts.json',
  run: async (positionals, _options, io) => {
    const file = needed(positionals, 0, 'FILE');
    const document = Document.safeParse(readDocument(file));
    if (!document.success) throw cliError(`${file}: ${z.prettifyError(document.error)}`, EXIT.usage);
    const { set, ...example } = document.data;
    const outcome = evaluate(await readSet(set), example);
    io.document(outcome);
    print(io, outcome);
    return EXITS[outcome.verdict];
  },
};

function print(io: Io, { verdict, results, warnings, onFailure }: EvaluatePoliciesOutcome): void {
  io.out(paint(io, COLOURS[verdict], verdict));
  const rows = results.map(({ id, cameTo, reason }) => [id, cameTo === 'nothing' ? '-' : cameTo, reason]);
  io.out(table([['POLICY', 'COMES TO', 'BECAUSE'], ...rows]));
  for (const { id, text } of warnings) io.out(`warning of ${id}: ${text}`);
  if (onFailure === 'freeze')
    io.out('a bad revision would be frozen, not rolled back: its migration cannot be undone');
}
