import * as z from 'zod';
import { type Command, EXIT, needed, neededId, oneOf } from '../command.ts';
import { api } from '../http.ts';
import { paint } from '../io.ts';

const Explanation = z.looseObject({
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
const KINDS = ['rollback', 'approval'] as const;
const COLLECTIONS: Readonly<Record<(typeof KINDS)[number], string>> = {
  rollback: 'rollbacks',
  approval: 'approvals',
};

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Why a subject stands where it stands: readings, rules and reasons in plain words.',
  args: 'KIND ID',
  example: 'holdfast explain rollback rbk_01JD...',
  run: async (positionals, _options, io) => {
    const kind = oneOf(KINDS, needed(positionals, 0, 'KIND'), 'KIND');
    const id = neededId(positionals, 1, [kind]);
    const answer = Explanation.parse(await api()('GET', `/v1/${COLLECTIONS[kind]}/${id}/explain`));
    io.document(answer);
    io.out(paint(io, 'bold', answer.summary));
    for (const step of answer.steps) {
      io.out(`\n${step.rev}. ${step.at}  ${step.text}  ${paint(io, 'dim', `[${step.rule}]`)}`);
      for (const reason of step.reasons) io.out(`     ${reason.code}: ${reason.text}`);
    }
    io.out(`\n${answer.next}`);
    return EXIT.yes;
  },
};
