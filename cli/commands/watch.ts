import * as z from 'zod';
import { type Command, cliError, EXIT, kindOfId, neededId } from '../command.ts';
import { FOLLOWED_KINDS, type FollowedKind, follow, standingText } from '../follow.ts';
import { type Api, api } from '../http.ts';

const Listed = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), createdAt: z.string() })),
});

export const watchCommand: Command = {
  name: 'watch',
  summary:
    'Follows an attempt, a deployment or a rollout (by default the newest) until it ends: 0 well, 1 not, 3 it waits for a person (--through follows on).',
  args: '[ROLLBACK|DEPLOYMENT|ROLLOUT]',
  options: { through: { type: 'boolean', text: 'go on while it waits for a person' } },
  example: 'holdfast watch dep_01JD...',
  run: async (positionals, options, io) => {
    const call = api();
    const id = positionals.length === 0 ? await newest(call) : neededId(positionals, 0, FOLLOWED_KINDS);
    const kind = FOLLOWED_KINDS.find((each) => each === kindOfId(id)) ?? 'rollback';
    const ended = await follow(call, io, { kind, id }, options.through === true);
    io.document(ended.subject);
    io.out(standingText(kind, ended));
    return ended.code;
  },
};

/** The youngest of all kinds; of a deployment and its rollout the deployment, which shows both. */
async function newest(call: Api): Promise<string> {
  const kinds: readonly FollowedKind[] = ['rollback', 'deployment'];
  const lists = kinds.map(async (kind) => Listed.parse(await call('GET', `/v1/${kind}s?limit=1`)).items);
  const found = (await Promise.all(lists)).flat();
  const [first] = found.toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
  if (first === undefined) throw cliError('there is nothing to watch', EXIT.no);
  return first.id;
}
