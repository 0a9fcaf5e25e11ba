import * as z from 'zod';
import { END_STATES } from '../../shared/rollbacks/contract.ts';
import { type Command, cliError, EXIT, neededId } from '../command.ts';
import { type Api, api, everyPage } from '../http.ts';
import { type Io, paint } from '../io.ts';

const POLL_MS = 1_000;

const Attempt = z.looseObject({
  id: z.string(),
  rev: z.int(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional() }),
  mode: z.string().optional(),
  deadlineAt: z.string().optional(),
});
type Attempt = z.infer<typeof Attempt>;
const Decision = z.looseObject({
  rev: z.int(),
  at: z.string(),
  from: z.string().optional(),
  event: z.string().optional(),
  to: z.string().optional(),
  reasons: z.array(z.looseObject({ text: z.string() })).optional(),
});

export const watchCommand: Command = {
  name: 'watch',
  summary:
    'Follows an attempt (by default the newest) until it ends: 0 well, 1 aborted, 3 it waits for a person (--through follows on).',
  args: '[ROLLBACK]',
  options: { through: { type: 'boolean', text: 'go on while it waits for a person' } },
  example: 'holdfast watch rbk_01JD...',
  run: async (positionals, options, io) => {
    const call = api();
    const id = positionals.length === 0 ? await newest(call) : neededId(positionals, 0, ['rollback']);
    for (let told = 0; ; ) {
      const attempt = Attempt.parse(await call('GET', `/v1/rollbacks/${id}`));
      if (attempt.rev > told) told = await tellSteps(call, io, id, told);
      const code = exitOf(attempt);
      if (code !== undefined && (code !== EXIT.waiting || options.through !== true)) {
        io.document(attempt);
        io.out(standing(attempt));
        return code;
      }
      await new Promise((next) => setTimeout(next, POLL_MS));
    }
  },
};

async function newest(call: Api): Promise<string> {
  const { items } = z
    .looseObject({ items: z.array(Attempt) })
    .parse(await call('GET', '/v1/rollbacks?limit=1'));
  const [found] = items;
  if (found === undefined) throw cliError('there is no attempt to watch', EXIT.no);
  return found.id;
}

/** Tells the steps after a revision on stderr; answers the last one told. */
async function tellSteps(call: Api, io: Io, id: string, after: number): Promise<number> {
  const steps = (await everyPage(call, `/v1/rollbacks/${id}/decisions`, Decision)).filter(
    ({ rev }) => rev > after,
  );
  for (const { at, from, event, to, reasons } of steps) {
    const why = (reasons ?? []).map(({ text }) => text).join('; ');
    io.say(
      `${at}  ${paint(io, 'bold', `${from ?? '?'} -> ${to ?? '?'}`)}  ${event ?? ''}  ${paint(io, 'dim', why)}`,
    );
  }
  return Math.max(after, ...steps.map(({ rev }) => rev));
}

/** undefined: it goes on by itself. */
function exitOf({ state, mode }: Attempt): number | undefined {
  if (state.kind === 'Aborted') return EXIT.no;
  if (END_STATES.some((end) => end === state.kind)) return EXIT.yes;
  const asksForMerge = state.kind === 'AwaitingMerge' && mode !== undefined && mode !== 'auto';
  return state.kind === 'AwaitingHumanReview' || asksForMerge ? EXIT.waiting : undefined;
}

function standing({ id, state, deadlineAt }: Attempt): string {
  const reason = state.reason === undefined ? '' : `(${state.reason})`;
  const ended = END_STATES.some((end) => end === state.kind);
  const until = ended || deadlineAt === undefined ? '' : `, until ${deadlineAt}`;
  return `${id} is ${state.kind}${reason}${until}`;
}
