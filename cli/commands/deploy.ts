import * as z from 'zod';
import { PRESETS } from '../../shared/deployments/contract.ts';
import { type Command, cliError, EXIT, isCliError, needed, oneOf, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { follow, type Subject, standingText } from '../follow.ts';
import { api } from '../http.ts';
import type { Io } from '../io.ts';

const Requested = z.looseObject({ id: z.string() });

export const deployCommand: Command = {
  name: 'deploy',
  summary:
    'Deploys a revision, and watches it: weighed, held to policy, rolled out in stages. 0 Completed, 1 RolledBack, Blocked, Aborted or only Observed, 3 it waits for a person (--through follows on).',
  args: 'SERVICE ENVIRONMENT REVISION',
  options: {
    change: {
      type: 'string',
      text: 'facts of the change beyond what the forge says: a JSON or YAML FILE, or -',
    },
    preset: { type: 'string', text: `stages of its own: ${PRESETS.join(' or ')} (default: by the risk)` },
    'no-wait': { type: 'boolean', text: 'asks for it and ends: 0 it was asked for' },
    through: { type: 'boolean', text: 'go on while it waits for a person' },
  },
  example: 'holdfast deploy checkout staging "$(git rev-parse HEAD)" --change change.yaml',
  run: async (positionals, options, io) => {
    const preset = textOption(options, 'preset');
    const change = textOption(options, 'change');
    const body = {
      service: needed(positionals, 0, 'SERVICE'),
      environment: needed(positionals, 1, 'ENVIRONMENT'),
      revision: needed(positionals, 2, 'REVISION'),
      ...(change !== undefined && { change: readDocument(change) }),
      ...(preset !== undefined && { preset: oneOf(PRESETS, preset, '--preset') }),
    };
    const call = api();
    const asked = Requested.parse(await call('POST', '/v1/deployments', body));
    if (options['no-wait'] === true) {
      io.document(asked);
      io.out(`${asked.id} is under way: holdfast watch ${asked.id}`);
      return EXIT.yes;
    }
    io.say(`${asked.id} is under way`);
    const ended = await stillKnown(
      asked.id,
      follow(call, io, { kind: 'deployment', id: asked.id }, options.through === true),
    );
    io.document(ended.subject);
    io.out(standingText('deployment', ended));
    if (ended.code !== EXIT.yes) advise(io, ended.subject, ended.rollout?.approval);
    return ended.code;
  },
};

/** Who cannot reach the API any more is told that the deployment goes on, and how to find it again. */
async function stillKnown<T>(id: string, followed: Promise<T>): Promise<T> {
  try {
    return await followed;
  } catch (thrown) {
    if (!isCliError(thrown)) throw thrown;
    throw cliError(`${thrown.message}\n${id} goes on all the same: holdfast watch ${id}`, thrown.exitCode);
  }
}

function advise(io: Io, { id, approval }: Subject, held: string | undefined): void {
  const asks = approval ?? held;
  if (asks !== undefined) io.say(`another person answers: holdfast approve ${asks} --reason "..."`);
  io.say(`why: holdfast explain deployment ${id}`);
}
