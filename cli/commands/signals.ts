import * as z from 'zod';
import { type Command, EXIT } from '../command.ts';
import { api, everyPage } from '../http.ts';

const Signal = z.looseObject({ source: z.string(), status: z.string(), receivedAt: z.string() });

export const signalsCommand: Command = {
  name: 'signals',
  summary: 'What came in; with --unroutable what reached no service, and the selector that would route it.',
  args: '',
  options: { unroutable: { type: 'boolean', text: 'only what reached no service' } },
  example: 'holdfast signals --unroutable',
  run: async (_positionals, options, io) => {
    const signals = await everyPage(
      api(),
      `/v1/signals?limit=100${options.unroutable === true ? '&unroutable=true' : ''}`,
      Signal,
    );
    io.document({ items: signals });
    for (const signal of signals) io.out(JSON.stringify(signal));
    return EXIT.yes;
  },
};
