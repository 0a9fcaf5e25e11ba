import * as z from 'zod';
import { type Command, cliError, EXIT, needed, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { api, everyPage } from '../http.ts';
import { paint, table } from '../io.ts';

const Service = z.looseObject({
  name: z.string(),
  tier: z.union([z.string(), z.number()]),
  repository: z.string(),
  environments: z.record(z.string(), z.unknown()),
  owners: z.array(z.string()),
});
const Check = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ check: z.string(), environment: z.string(), ok: z.boolean(), text: z.string() }),
  ),
});

export const serviceApplyCommand: Command = {
  name: 'service apply',
  summary:
    'Registers a service, or replaces its document. The file is YAML or JSON: the document with its `name`.',
  args: '',
  options: { file: { type: 'string', text: 'the document (- for standard input)', short: 'f' } },
  example: 'holdfast service apply -f checkout.yaml',
  run: async (_positionals, options, io) => {
    const file = textOption(options, 'file');
    if (file === undefined) throw cliError('--file is missing', EXIT.usage);
    const { name, document } = documentOf(file);
    const answer = z
      .looseObject({ rev: z.number() })
      .parse(await api()('PUT', `/v1/services/${encodeURIComponent(name)}`, document));
    io.out(`${name} is registered (revision ${answer.rev})`);
    io.document(answer);
    return EXIT.yes;
  },
};

export const serviceListCommand: Command = {
  name: 'service list',
  summary: 'The registry.',
  args: '',
  example: 'holdfast service list',
  run: async (_positionals, _options, io) => {
    const services = await everyPage(api(), '/v1/services', Service);
    io.document({ items: services });
    io.out(
      table([
        ['NAME', 'TIER', 'REPOSITORY', 'ENVIRONMENTS', 'OWNERS'],
        ...services.map((each) => [
          each.name,
          String(each.tier),
          each.repository,
          Object.keys(each.environments).join(','),
          each.owners.join(','),
        ]),
      ]),
    );
    return EXIT.yes;
  },
};

export const serviceCheckCommand: Command = {
  name: 'service check',
  summary:
    'What a failure at 3 a.m. would be, found by day: health, manifest, rules, commits, metrics. Changes nothing.',
  args: 'NAME',
  example: 'holdfast service check checkout',
  run: async (positionals, _options, io) => {
    const name = needed(positionals, 0, 'NAME');
    const answer = Check.parse(await api()('POST', `/v1/services/${encodeURIComponent(name)}/check`, {}));
    io.document(answer);
    for (const finding of answer.findings) {
      const mark = finding.ok ? paint(io, 'green', 'ok  ') : paint(io, 'red', 'FAIL');
      io.out(`${mark} ${finding.environment} ${finding.check}: ${finding.text}`);
    }
    return answer.ok ? EXIT.yes : EXIT.no;
  },
};

function documentOf(file: string): { readonly name: string; readonly document: unknown } {
  const document = z.looseObject({ name: z.string() }).safeParse(readDocument(file));
  if (!document.success) throw cliError(`${file}: name: is missing`, EXIT.usage);
  const { name, ...rest } = document.data;
  return { name, document: rest };
}
