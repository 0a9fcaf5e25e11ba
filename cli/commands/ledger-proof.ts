import { writeFileSync } from 'node:fs';
import { type Command, cliError, EXIT, needed, textOption } from '../command.ts';
import { apiFile } from '../http.ts';
import { ledgerText } from '../ledger-sources.ts';
import { ownLedger } from './ledger-own.ts';

export const ledgerProofCommand: Command = {
  name: 'ledger proof',
  summary:
    'Fetches the file that shows offline that a decision is sealed (C2SP tlog-proof), for `ledger verify-proof`. Exit 3 while no checkpoint covers it.',
  args: 'KIND ID REV',
  options: { output: { type: 'string', text: 'the file to write; standard output by default', short: 'o' } },
  example: 'holdfast ledger proof rollback rbk_01JD... 3 -o rbk-3.tlog-proof',
  run: async (positionals, options, io) => {
    const [kind, id] = [needed(positionals, 0, 'KIND'), needed(positionals, 1, 'ID')];
    const rev = needed(positionals, 2, 'REV');
    if (!/^[1-9]\d{0,14}$/.test(rev)) throw cliError('REV must be a number from 1 on', EXIT.usage);
    const path = [kind, id, rev].map(encodeURIComponent).join('/');
    const proof = await apiFile(`/v1/ledger/proof/${path}`);
    const file = textOption(options, 'output');
    io.document({ kind, id, rev: Number(rev), ...(file === undefined ? { proof } : { file }) });
    if (file === undefined) {
      io.out(proof.replace(/\n$/, ''));
      return EXIT.yes;
    }
    writeFileSync(file, proof);
    io.out(`the proof of ${kind} ${id} rev ${rev} was written to ${file}`);
    return EXIT.yes;
  },
};

export const ledgerKeyCommand: Command = {
  name: 'ledger key',
  summary:
    'Shows the verifier keys that the ledger says are its own. Compare them with those that you were given in another way.',
  args: '',
  example: 'holdfast ledger key > ledger.vkey',
  run: async (_positionals, _options, io) => {
    const text = await ledgerText(ownLedger(), 'key');
    if (text === undefined) throw cliError('this ledger serves no key', EXIT.no);
    const lines = text.split('\n').filter((line) => line !== '');
    io.document({ keys: lines.filter((line) => !line.startsWith('#')) });
    for (const line of lines) io.out(line);
    io.say('a key that comes from the ledger itself proves nothing about who runs it');
    return EXIT.yes;
  },
};
