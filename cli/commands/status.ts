import * as z from 'zod';
import { type Command, EXIT } from '../command.ts';
import { api, everyPage } from '../http.ts';
import { paint, table } from '../io.ts';
import { percentText, stateText } from '../rollout-view.ts';

const Subject = z.looseObject({
  id: z.string(),
  service: z.string(),
  environment: z.string(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional() }),
  updatedAt: z.string(),
  deadlineAt: z.string().optional(),
  times: z.looseObject({ ended: z.string().optional() }).optional(),
});
type Subject = z.infer<typeof Subject>;
const Rollback = Subject.extend({ mode: z.string() });
const Deployment = Subject.extend({
  revision: z.string(),
  risk: z.looseObject({ band: z.string() }).optional(),
});
const Rollout = Subject.extend({ weight: z.number() });

/** When a state ends by itself; of what has ended, when it did. */
function until({ deadlineAt, times, updatedAt }: Subject): string {
  return deadlineAt ?? `ended ${times?.ended ?? updatedAt}`;
}

export const statusCommand: Command = {
  name: 'status',
  summary: 'Rollbacks, deployments and rollouts, newest first: where each stands and until when.',
  args: '',
  example: 'holdfast status',
  run: async (_positionals, _options, io) => {
    const call = api();
    const [rollbacks, deployments, rollouts] = await Promise.all([
      everyPage(call, '/v1/rollbacks?limit=100', Rollback),
      everyPage(call, '/v1/deployments?limit=100', Deployment),
      everyPage(call, '/v1/rollouts?limit=100', Rollout),
    ]);
    io.document({ items: rollbacks, deployments, rollouts });
    const tables = [
      tableOf('MODE', rollbacks, ({ mode }) => mode),
      tableOf('REVISION AND RISK', deployments, ({ revision, risk }) =>
        `${revision.slice(0, 7)} ${risk?.band ?? ''}`.trim(),
      ),
      tableOf('TRAFFIC', rollouts, ({ weight }) => percentText(weight)),
    ];
    const titles = ['ROLLBACKS', 'DEPLOYMENTS', 'ROLLOUTS'];
    io.out(
      tables
        .flatMap((text, index) =>
          text === undefined ? [] : [`${paint(io, 'bold', titles[index] ?? '')}\n${text}`],
        )
        .join('\n\n') || 'nothing was rolled back or deployed yet',
    );
    return EXIT.yes;
  },
};

function tableOf<S extends Subject>(
  head: string,
  subjects: readonly S[],
  own: (subject: S) => string,
): string | undefined {
  if (subjects.length === 0) return undefined;
  const rows = subjects.map((each) => [
    ...[each.id, each.service, each.environment, stateText(each), own(each), until(each)],
  ]);
  return table([['ID', 'SERVICE', 'ENVIRONMENT', 'STATE', head, 'UNTIL'], ...rows]);
}
