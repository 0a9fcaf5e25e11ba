import * as z from 'zod';
import { type Command, cliError, EXIT, needed, neededReason } from '../command.ts';
import { api } from '../http.ts';

const Rotated = z.looseObject({ generation: z.int(), keys: z.array(z.string()), seq: z.int() });

export const ledgerRotateKeyCommand: Command = {
  name: 'ledger rotate-key',
  summary:
    "Puts the ledger's next key in force, by a statement that the key before it signs too (admin). NUMBER is the number of the key that it shall come to: the first key is 1, so asked twice it is done once.",
  args: 'NUMBER',
  options: {
    reason: { type: 'string', text: 'why, without names: it stands in a public file for good' },
  },
  example: 'holdfast ledger rotate-key 2 --reason "yearly rotation"',
  run: async (positionals, options, io) => {
    const number = needed(positionals, 0, 'NUMBER');
    if (!/^[1-9]\d{0,2}$/.test(number))
      throw cliError('NUMBER must be the number of a key: 2 and on', EXIT.usage);
    const reason = neededReason(options);
    const body = { generation: Number(number), reason };
    const answer = Rotated.parse(await api()('POST', '/v1/ledger/keys', body));
    io.document(answer);
    io.out(`key ${answer.generation} signs from entry ${answer.seq} on: ${answer.keys.join(' ')}`);
    io.say('tell your witnesses the new key: one that does not know it refuses the next checkpoints');
    return EXIT.yes;
  },
};
