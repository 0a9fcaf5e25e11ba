import { AUTONOMY_LEVELS } from '../../shared/services/contract.ts';
import { type Command, EXIT, needed, oneOf } from '../command.ts';
import { api } from '../http.ts';

export const autonomyCommand: Command = {
  name: 'autonomy',
  summary: 'Shows how much Holdfast may do by itself, or sets it: observe, suggest, approve or auto.',
  args: '[SERVICE ENVIRONMENT LEVEL]',
  example: 'holdfast autonomy checkout staging auto',
  run: async (positionals, _options, io) => {
    const answer =
      positionals.length === 0
        ? await api()('GET', '/v1/autonomy')
        : await api()('PUT', '/v1/autonomy', {
            service: needed(positionals, 0, 'SERVICE'),
            environment: needed(positionals, 1, 'ENVIRONMENT'),
            action: 'rollback',
            level: oneOf(AUTONOMY_LEVELS, needed(positionals, 2, 'LEVEL'), 'LEVEL'),
          });
    io.document(answer);
    io.out(JSON.stringify(answer, null, 2));
    return EXIT.yes;
  },
};
