import * as z from 'zod';
import { type Command, cliError, EXIT, needed, type Options, textOption } from '../command.ts';
import { api } from '../http.ts';

const REASON = { reason: { type: 'string', text: 'why: it stands in the ledger' } } as const;

export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'Asks for a rollback of a service: the same flow, confirmed and checked like any other.',
  args: 'SERVICE ENVIRONMENT',
  options: REASON,
  example: 'holdfast rollback checkout staging --reason "error rate since the deployment of 14:02"',
  run: async (positionals, options, io) => {
    const body = {
      service: needed(positionals, 0, 'SERVICE'),
      environment: needed(positionals, 1, 'ENVIRONMENT'),
      reason: reasonOf(options),
    };
    const answer = z
      .looseObject({ id: z.string(), opened: z.boolean() })
      .parse(await api()('POST', '/v1/rollbacks', body));
    io.document(answer);
    io.out(`${answer.id} ${answer.opened ? 'was opened' : 'was open already'}`);
    return EXIT.yes;
  },
};

export const rejectCommand: Command = {
  name: 'reject',
  summary: 'Ends an attempt that awaits review: aborts it, or takes it over by hand.',
  args: 'ROLLBACK',
  options: {
    ...REASON,
    manual: { type: 'boolean', text: 'take it over: the pull request stays open for you' },
  },
  example: 'holdfast reject rbk_01JD... --reason "rolled back by hand"',
  run: async (positionals, options, io) => {
    const id = needed(positionals, 0, 'ROLLBACK');
    const verdict = options.manual === true ? 'manual' : 'abort';
    const answer = await api()('POST', `/v1/rollbacks/${encodeURIComponent(id)}/review`, {
      verdict,
      reason: reasonOf(options),
    });
    io.document(answer);
    io.out(`${id} has ended`);
    return EXIT.yes;
  },
};

export const resetCommand: Command = {
  name: 'reset',
  summary: 'Releases the slot of an attempt that was aborted for security (admin).',
  args: 'ROLLBACK',
  options: REASON,
  example: 'holdfast reset rbk_01JD... --reason "token rotated"',
  run: async (positionals, options, io) => {
    const id = needed(positionals, 0, 'ROLLBACK');
    const answer = await api()('POST', `/v1/rollbacks/${encodeURIComponent(id)}/reset`, {
      reason: reasonOf(options),
    });
    io.document(answer);
    io.out(`the slot of ${id} is free again`);
    return EXIT.yes;
  },
};

function reasonOf(options: Options): string {
  const reason = textOption(options, 'reason');
  if (reason === undefined) throw cliError('--reason is missing', EXIT.usage);
  return reason;
}
