import * as z from 'zod';
import { type Command, EXIT, needed, neededReason } from '../command.ts';
import { api } from '../http.ts';

const Erased = z.looseObject({
  kind: z.string(),
  id: z.string(),
  decisions: z.int(),
  erased: z.int(),
  gone: z.int(),
});

export const ledgerEraseCommand: Command = {
  name: 'ledger erase',
  summary:
    'Removes the contents of all decisions of a subject that has ended, for good (admin). The ledger says so first; its proofs go on holding. Asked again it finishes what was cut off.',
  args: 'KIND ID',
  options: {
    reason: { type: 'string', text: 'on what ground, without names: it stands in the ledger for good' },
  },
  example: 'holdfast ledger erase rollback rbk_01JD... --reason "request 17 of a data subject"',
  run: async (positionals, options, io) => {
    const kind = needed(positionals, 0, 'KIND');
    const id = needed(positionals, 1, 'ID');
    const reason = neededReason(options);
    const answer = Erased.parse(await api()('POST', '/v1/ledger/erasures', { kind, id, reason }));
    io.document(answer);
    const { decisions, erased, gone } = answer;
    const before = gone > 0 ? `, those of ${gone} were gone before` : '';
    io.out(`${kind} ${id}: the contents of ${erased} of ${decisions} decisions are erased${before}`);
    return EXIT.yes;
  },
};
