import * as z from 'zod';
import { AUTONOMY_LEVELS, DEPLOY_LEVELS } from '../../shared/services/contract.ts';
import { type Command, EXIT, needed, oneOf, textOption } from '../command.ts';
import { api } from '../http.ts';

const Waiting = z.looseObject({
  approval: z.looseObject({ id: z.string(), deadlineAt: z.string() }).optional(),
});

export const autonomyCommand: Command = {
  name: 'autonomy',
  summary:
    'Shows how much Holdfast may do by itself, or sets it: observe, suggest, approve or auto; for deployments also shadow, assisted, governed or learning. A higher level waits for another approver (exit 3).',
  args: '[SERVICE ENVIRONMENT LEVEL]',
  options: { action: { type: 'string', text: 'rollback (when not given) or deploy' } },
  example: 'holdfast autonomy checkout staging governed --action deploy',
  run: async (positionals, options, io) => {
    const action = oneOf(['rollback', 'deploy'], textOption(options, 'action') ?? 'rollback', '--action');
    const levels = action === 'rollback' ? AUTONOMY_LEVELS : DEPLOY_LEVELS;
    const answer =
      positionals.length === 0
        ? await api()('GET', '/v1/autonomy')
        : await api()('PUT', '/v1/autonomy', {
            service: needed(positionals, 0, 'SERVICE'),
            environment: needed(positionals, 1, 'ENVIRONMENT'),
            action,
            level: oneOf<string>(levels, needed(positionals, 2, 'LEVEL'), 'LEVEL'),
          });
    io.document(answer);
    io.out(JSON.stringify(answer, null, 2));
    const { approval } = Waiting.parse(answer);
    if (approval === undefined) return EXIT.yes;
    io.say(
      `it waits for another approver until ${approval.deadlineAt}: holdfast approve ${approval.id} --reason "..."`,
    );
    return EXIT.waiting;
  },
};
