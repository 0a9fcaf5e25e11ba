import * as z from 'zod';
import { type Command, cliError, EXIT, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { api } from '../http.ts';
import { table } from '../io.ts';

const People = z.looseObject({
  people: z.array(
    z.looseObject({
      person: z.string(),
      role: z.string().optional(),
      identities: z.array(z.looseObject({ via: z.string(), id: z.string() })),
    }),
  ),
});

export const peopleApplyCommand: Command = {
  name: 'people apply',
  summary:
    'Replaces the table of people (admin): which GitHub login and Slack id are one person. The file is YAML or JSON: `people: [{person, role, identities: [{via, id}]}]`.',
  args: '',
  options: { file: { type: 'string', text: 'the document (- for standard input)', short: 'f' } },
  example: 'holdfast people apply -f people.yaml',
  run: async (_positionals, options, io) => {
    const file = textOption(options, 'file');
    if (file === undefined) throw cliError('--file is missing', EXIT.usage);
    const document = People.safeParse(readDocument(file));
    if (!document.success) throw cliError(`${file}: ${z.prettifyError(document.error)}`, EXIT.usage);
    const answer = await api()('PUT', '/v1/people', document.data);
    io.document(answer);
    io.out(`${document.data.people.length} people are known`);
    return EXIT.yes;
  },
};

export const peopleListCommand: Command = {
  name: 'people list',
  summary: 'Who is who (admin).',
  args: '',
  example: 'holdfast people list',
  run: async (_positionals, _options, io) => {
    const answer = People.parse(await api()('GET', '/v1/people'));
    io.document(answer);
    const rows = answer.people.map(({ person, role, identities }) => [
      person,
      role ?? '',
      identities.map(({ via, id }) => `${via}:${id}`).join(' '),
    ]);
    io.out(table([['PERSON', 'ROLE', 'IDENTITIES'], ...rows]));
    return EXIT.yes;
  },
};
