import * as z from 'zod';
import {
  type Command,
  cliError,
  EXIT,
  kindOfId,
  neededId,
  neededReason,
  type Options,
  textOption,
} from '../command.ts';
import { type Api, api, everyPage } from '../http.ts';
import { table } from '../io.ts';

const Approval = z.looseObject({
  id: z.string(),
  state: z.looseObject({ kind: z.string() }),
  service: z.string(),
  environment: z.string(),
  for: z.object({ kind: z.string(), id: z.string() }),
  plan: z.looseObject({ url: z.string().optional() }).optional(),
  deadlineAt: z.string().optional(),
  notBy: z.array(z.string()).optional(),
  overridable: z.array(z.string()).optional(),
});
type Approval = z.infer<typeof Approval>;

/** What asks for approvals. */
const ASKING = ['approval', 'rollback', 'deployment', 'rollout'] as const;
const REASON = { reason: { type: 'string', text: 'why: it stands in the ledger' } } as const;

export const approvalsCommand: Command = {
  name: 'approvals',
  summary: 'What waits for a person: which attempt asks, until when, and who may not answer.',
  args: '',
  options: { state: { type: 'string', text: 'open, approved, rejected, expired, ... (default: all)' } },
  example: 'holdfast approvals --state open',
  run: async (_positionals, options, io) => {
    const state = textOption(options, 'state');
    const narrowed = state === undefined ? '' : `&state=${encodeURIComponent(state)}`;
    const approvals = await everyPage(api(), `/v1/approvals?limit=100${narrowed}`, Approval);
    io.document({ items: approvals });
    const rows = approvals.map((each) => [
      each.id,
      each.state.kind,
      each.service,
      each.environment,
      each.for.id,
      each.deadlineAt ?? '',
      (each.notBy ?? []).join(','),
      (each.overridable ?? []).join(','),
      each.plan?.url ?? '',
    ]);
    io.out(
      table([
        ['ID', 'STATE', 'SERVICE', 'ENVIRONMENT', 'FOR', 'UNTIL', 'NOT BY', 'MAY OVERRIDE', 'WHERE'],
        ...rows,
      ]),
    );
    return EXIT.yes;
  },
};

export const approveCommand: Command = {
  name: 'approve',
  summary: 'Approves what an attempt asks for. Not by who authored the change or asked for the action.',
  args: 'APPROVAL|ROLLBACK|DEPLOYMENT|ROLLOUT',
  options: { ...REASON, override: { type: 'string', text: 'invariants taken on by you, such as I3,I5' } },
  example: 'holdfast approve rbk_01JD... --reason "seen the diff; checkout is down" --override I5',
  run: async (positionals, options, io) => {
    const id = neededId(positionals, 0, ASKING);
    const overrides = overridesOf(options);
    const reason = neededReason(options);
    const call = api();
    const approval = id.startsWith('apr_') ? id : (await openApprovalFor(call, id))?.id;
    if (approval === undefined) throw cliError(`${id} asks for no approval`, EXIT.no);
    const body = { verdict: 'approve', reason, ...(overrides.length > 0 && { overrides }) };
    io.document(await call('POST', `/v1/approvals/${approval}`, body));
    io.out(`${id} is approved`);
    return EXIT.yes;
  },
};

export const rejectCommand: Command = {
  name: 'reject',
  summary:
    'Refuses an approval, or ends an attempt that awaits review or a merge: aborts it, or takes it over by hand.',
  args: 'APPROVAL|ROLLBACK|DEPLOYMENT|ROLLOUT',
  options: {
    ...REASON,
    manual: { type: 'boolean', text: 'take the attempt over: its pull request stays open for you' },
  },
  example: 'holdfast reject rbk_01JD... --reason "rolled back by hand"',
  run: async (positionals, options, io) => {
    const id = neededId(positionals, 0, ASKING);
    const kind = kindOfId(id);
    const manual = options.manual === true;
    if (manual && kind !== 'rollback')
      throw cliError('--manual takes over an attempt: name the ROLLBACK', EXIT.usage);
    const reason = neededReason(options);
    const call = api();
    const approval = kind === 'approval' ? id : await approvalToReject(call, id, manual);
    const answer =
      approval === undefined
        ? await call('POST', `/v1/rollbacks/${id}/review`, { verdict: manual ? 'manual' : 'abort', reason })
        : await call('POST', `/v1/approvals/${approval}`, { verdict: 'reject', reason });
    io.document(answer);
    io.out(approval === undefined ? `${id} has ended` : `${id} is rejected`);
    return EXIT.yes;
  },
};

/** In review, or to be taken over, the attempt itself is ended; an attempt that awaits approval is refused there. */
async function approvalToReject(call: Api, id: string, manual: boolean): Promise<string | undefined> {
  if (manual) return undefined;
  if (kindOfId(id) !== 'rollback') {
    const asked = (await openApprovalFor(call, id))?.id;
    if (asked === undefined) throw cliError(`${id} asks for no approval`, EXIT.no);
    return asked;
  }
  const { state } = z
    .looseObject({ state: z.looseObject({ kind: z.string() }) })
    .parse(await call('GET', `/v1/rollbacks/${id}`));
  return state.kind === 'AwaitingMerge' ? (await openApprovalFor(call, id))?.id : undefined;
}

async function openApprovalFor(call: Api, id: string): Promise<Approval | undefined> {
  const open = await everyPage(call, '/v1/approvals?limit=100&state=open', Approval);
  return open.find((approval) => approval.for.id === id);
}

function overridesOf(options: Options): readonly string[] {
  const text = textOption(options, 'override');
  if (text === undefined) return [];
  const names = text.split(',').map((name) => name.trim().toUpperCase());
  if (names.every((name) => /^I\d{1,2}$/.test(name))) return [...new Set(names)];
  throw cliError('--override must name invariants, such as I3,I5', EXIT.usage);
}
