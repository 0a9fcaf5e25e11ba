import * as z from 'zod';
import { type Command, cliError, EXIT, needed, neededReason, textOption } from '../command.ts';
import { readDocument } from '../document.ts';
import { api } from '../http.ts';
import { table } from '../io.ts';
import { readSent } from '../policy-document.ts';

const Shown = z.looseObject({
  rev: z.int(),
  builtIn: z.boolean(),
  policies: z.array(z.looseObject({ id: z.string(), severity: z.string(), title: z.string() })),
  exceptions: z.array(
    z.looseObject({
      id: z.string(),
      policies: z.array(z.string()),
      owner: z.string(),
      expiresAt: z.string(),
    }),
  ),
  breakGlass: z.array(
    z.looseObject({
      ...{ id: z.string(), state: z.string(), service: z.string(), environment: z.string() },
      ...{ reason: z.string(), askedBy: z.string() },
      ...{ grantedBy: z.string().optional(), expiresAt: z.string().optional() },
    }),
  ),
});

export const policyShowCommand: Command = {
  name: 'policy show',
  summary: 'The policies in force, their exceptions, and the glass that was broken.',
  args: '',
  example: 'holdfast policy show',
  run: async (_positionals, _options, io) => {
    const answer = Shown.parse(await api()('GET', '/v1/policies'));
    io.document(answer);
    const { policies, exceptions, breakGlass, builtIn, rev } = answer;
    io.out(builtIn ? 'the policies that Holdfast comes with' : `a set of your own, at revision ${rev}`);
    io.out(
      table([
        ['POLICY', 'SEVERITY', 'WHAT'],
        ...policies.map((each) => [each.id, each.severity, each.title]),
      ]),
    );
    for (const { id, policies: ids, owner, expiresAt } of exceptions)
      io.out(`exception ${id} of ${owner} for ${ids.join(', ')}, until ${expiresAt}`);
    for (const glass of breakGlass)
      io.out(
        `glass ${glass.id}, ${glass.service} in ${glass.environment}: ${glass.state}, asked by ${glass.askedBy}, granted by ${glass.grantedBy ?? 'nobody'}, until ${glass.expiresAt ?? '-'}: ${glass.reason}`,
      );
    return EXIT.yes;
  },
};

export const policyApplyCommand: Command = {
  name: 'policy apply',
  summary: 'Replaces the policies as a whole (admin): YAML or JSON, as `policy show --json` prints them.',
  args: '',
  options: { file: { type: 'string', text: 'the document (- for standard input)', short: 'f' } },
  example: 'holdfast policy apply -f policies.yaml',
  run: async (_positionals, options, io) => {
    const file = textOption(options, 'file');
    if (file === undefined) throw cliError('--file is missing', EXIT.usage);
    const answer = Shown.parse(await api()('PUT', '/v1/policies', readSent(readDocument(file))));
    io.document(answer);
    io.out(`${answer.policies.length} policies are in force, at revision ${answer.rev}`);
    return EXIT.yes;
  },
};

const Asked = z.looseObject({ id: z.string(), deadlineAt: z.string() });

export const breakGlassCommand: Command = {
  name: 'break-glass',
  summary:
    'Asks to lift every block of the policies at a place for up to two hours (approver); another approver has to grant it.',
  args: 'SERVICE ENVIRONMENT',
  options: {
    reason: { type: 'string', text: 'why; it stands in the ledger' },
    minutes: { type: 'string', text: 'for how long, 1 to 120 (60)' },
  },
  example: 'holdfast break-glass checkout production --reason "the fix itself"',
  run: async (positionals, options, io) => {
    const minutes = Number(textOption(options, 'minutes') ?? '60');
    if (!Number.isInteger(minutes)) throw cliError('--minutes must be a whole number', EXIT.usage);
    const answer = Asked.parse(
      await api()('POST', '/v1/policies/break-glass', {
        service: needed(positionals, 0, 'SERVICE'),
        environment: needed(positionals, 1, 'ENVIRONMENT'),
        reason: neededReason(options),
        minutes,
      }),
    );
    io.document(answer);
    io.out(
      `asked: another approver grants it until ${answer.deadlineAt} with: holdfast approve ${answer.id} --reason "..."`,
    );
    return EXIT.waiting;
  },
};
