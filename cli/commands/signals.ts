import * as z from 'zod';
import { type Command, EXIT } from '../command.ts';
import { api, everyPage } from '../http.ts';
import { table } from '../io.ts';

const Signal = z.looseObject({
  source: z.string(),
  status: z.string(),
  receivedAt: z.string(),
  title: z.string().optional(),
  service: z.string().optional(),
  environment: z.string().optional(),
  suggestedSelector: z.unknown().optional(),
});

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
    const heads = [
      'RECEIVED',
      'SOURCE',
      'STATUS',
      'SERVICE',
      'ENVIRONMENT',
      'TITLE',
      'SELECTOR THAT WOULD ROUTE IT',
    ];
    io.out(table([heads, ...signals.map(rowOf)]));
    return EXIT.yes;
  },
};

function rowOf(signal: z.infer<typeof Signal>): readonly string[] {
  const {
    receivedAt,
    source,
    status,
    service = '-',
    environment = '-',
    title = '',
    suggestedSelector,
  } = signal;
  const selector = suggestedSelector === undefined ? '' : JSON.stringify(suggestedSelector);
  return [receivedAt, source, status, service, environment, title, selector];
}
