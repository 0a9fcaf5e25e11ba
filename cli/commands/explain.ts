import * as z from 'zod';
import { type Command, cliError, EXIT, needed } from '../command.ts';
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
const COLLECTIONS: Readonly<Record<string, string>> = { rollback: 'rollbacks' };

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Why a subject stands where it stands: readings, rules and reasons in plain words.',
  args: 'KIND ID',
  example: 'holdfast explain rollback rbk_01JD...',
  run: async (positionals, _options, io) => {
    const kind = needed(positionals, 0, 'KIND');
    const id = needed(positionals, 1, 'ID');
    const collection = COLLECTIONS[kind];
    if (collection === undefined)
      throw cliError(`KIND must be one of ${Object.keys(COLLECTIONS).join(', ')}`, EXIT.usage);
    const answer = Explanation.parse(
      await api()('GET', `/v1/${collection}/${encodeURIComponent(id)}/explain`),
    );
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
