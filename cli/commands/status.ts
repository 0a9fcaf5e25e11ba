import * as z from 'zod';
import { type Command, EXIT } from '../command.ts';
import { api, everyPage } from '../http.ts';
import { table } from '../io.ts';

const Rollback = z.looseObject({
  id: z.string(),
  service: z.string(),
  environment: z.string(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional() }),
  mode: z.string(),
  updatedAt: z.string(),
  deadlineAt: z.string().optional(),
  times: z.looseObject({ ended: z.string().optional() }).optional(),
});

/** When a state ends by itself; of an attempt that has ended, when it did. */
function until({ deadlineAt, times, updatedAt }: z.infer<typeof Rollback>): string {
  return deadlineAt ?? `ended ${times?.ended ?? updatedAt}`;
}

export const statusCommand: Command = {
  name: 'status',
  summary: 'The attempts, newest first: where each stands and until when.',
  args: '',
  example: 'holdfast status',
  run: async (_positionals, _options, io) => {
    const rollbacks = await everyPage(api(), '/v1/rollbacks?limit=100', Rollback);
    io.document({ items: rollbacks });
    const rows = rollbacks.map((each) => [
      each.id,
      each.service,
      each.environment,
      `${each.state.kind}${each.state.reason === undefined ? '' : `(${each.state.reason})`}`,
      each.mode,
      until(each),
    ]);
    io.out(table([['ID', 'SERVICE', 'ENVIRONMENT', 'STATE', 'MODE', 'UNTIL'], ...rows]));
    return EXIT.yes;
  },
};
