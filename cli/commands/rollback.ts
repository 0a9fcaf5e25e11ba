import * as z from 'zod';
import { type Command, EXIT, needed, neededId, neededReason } from '../command.ts';
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
      reason: neededReason(options),
    };
    const answer = z
      .looseObject({ id: z.string(), opened: z.boolean() })
      .parse(await api()('POST', '/v1/rollbacks', body));
    io.document(answer);
    io.out(`${answer.id} ${answer.opened ? 'was opened' : 'was open already'}`);
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
    const id = neededId(positionals, 0, ['rollback']);
    const answer = await api()('POST', `/v1/rollbacks/${id}/reset`, {
      reason: neededReason(options),
    });
    io.document(answer);
    io.out(`the slot of ${id} is free again`);
    return EXIT.yes;
  },
};
