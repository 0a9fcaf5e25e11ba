import { type Approval, closeApproval, findApproval } from '../approvals/index.ts';
import { type Actor, type DecideDeps, decide, isoTime } from '../kernel/index.ts';
import {
  AUTONOMY_SUBJECT,
  type AutonomyTable,
  type PendingRaise,
  placeKey,
  readAutonomyTable,
} from './autonomy.ts';
import { FIRST_LEVEL } from './contract.ts';
import { putAutonomy } from './put-autonomy.ts';
import { type SettleRaiseInputs, settleRaise } from './rules/settle-raise.ts';

const BY: Actor = { type: 'rule', id: 'autonomy', via: 'workflow' };

/**
 * Takes the answers to raises that wait: sets the level, or drops the raise. Whoever answers an approval calls it; it can be
 * called at any time and again. Throws Fault('Conflict') when somebody else decides on autonomy at the same moment.
 */
export async function settleRaises(deps: DecideDeps): Promise<void> {
  const { data } = await readAutonomyTable(deps);
  for (const raise of data.pending) await settleOne(deps, raise);
}

async function settleOne(deps: DecideDeps, raise: PendingRaise): Promise<void> {
  const approval = await findApproval(deps.store, raise.id);
  // asked, and then the process died: asking again puts the question
  if (approval === undefined) return;
  const table = await readAutonomyTable(deps);
  const { id, askedBy, deadlineAt, from, setting } = raise;
  const inputs: SettleRaiseInputs = {
    ...{ id, askedBy, deadlineAt, from, before: table.data.levels[placeKey(setting)] ?? FIRST_LEVEL },
    approval: { state: approval.state, person: approval.data.answer?.person ?? null },
    now: isoTime(deps.clock()),
  };
  const { to } = settleRaise.decide(inputs);
  if (to === 'wait') return;
  if (to === 'set') await set(deps, table, raise, approval);
  else await drop(deps, table, inputs, approval.correlationId);
  await closeApproval(deps, id, to === 'set' ? 'acted' : closedAs(to));
}

function closedAs(to: 'moved-on' | 'deadline' | 'refused'): 'moved-on' | 'deadline' {
  return to === 'deadline' ? 'deadline' : 'moved-on';
}

/** In the name of who approved it: that is who answers for the level. */
async function set(
  deps: DecideDeps,
  table: AutonomyTable,
  raise: PendingRaise,
  approval: Approval,
): Promise<void> {
  const answer = approval.data.answer;
  const actor: Actor = answer === undefined ? BY : { type: 'person', id: answer.person, via: answer.via };
  await putAutonomy(
    deps,
    raise.setting,
    { actor, correlationId: approval.correlationId, key: `raise/${raise.id}` },
    {
      reasons: [
        {
          code: 'APPROVED',
          text: `asked by ${raise.askedBy}, approved by ${actor.id}`,
          data: { approval: raise.id },
        },
      ],
      pending: without(table, raise.id),
    },
  );
}

async function drop(
  deps: DecideDeps,
  table: AutonomyTable,
  inputs: SettleRaiseInputs,
  correlationId: string,
): Promise<void> {
  if (table.head === undefined) return;
  const { rev, createdAt, state } = table.head;
  await decide(deps, {
    subject: AUTONOMY_SUBJECT,
    expectedRev: rev,
    key: `drop/${inputs.id}`,
    ...{ correlationId, causationId: inputs.id, createdAt, actor: BY, from: state.kind },
    rule: settleRaise,
    inputs,
    step: ({ to }) => ({
      event: 'AutonomyRaiseDropped',
      events: [{ type: 'AutonomyRaiseDropped', data: { approval: inputs.id } }],
      reasons: [{ code: to.toUpperCase().replace('-', '_'), text: 'the level stays as it is' }],
      state,
      data: { ...table.data, pending: without(table, inputs.id) },
    }),
  });
}

function without({ data }: AutonomyTable, id: string): PendingRaise[] {
  return data.pending.filter((each) => each.id !== id);
}
