import { type Command, EXIT, needed, neededReason, oneOf } from '../command.ts';
import { api } from '../http.ts';

export const killSwitchCommand: Command = {
  name: 'kill-switch',
  summary: 'Stops everything Holdfast does by itself, or lets it go on.',
  args: 'on|off',
  options: { reason: { type: 'string', text: 'why: it stands in the ledger' } },
  example: 'holdfast kill-switch on --reason "bad signals from the new monitor"',
  run: async (positionals, options, io) => {
    const position = oneOf(['on', 'off'], needed(positionals, 0, 'on or off'), 'the position');
    const reason = neededReason(options);
    const answer = await api()('PUT', '/v1/kill-switch', { on: position === 'on', reason });
    io.document(answer);
    io.out(`the kill switch is ${position}`);
    return EXIT.yes;
  },
};
