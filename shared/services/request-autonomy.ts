import { approvalIdFor, askApproval, type KnownPerson, readPeople } from '../approvals/index.ts';
import { type DecideDeps, decide, Fault, isoTime, millis } from '../kernel/index.ts';
import { atTable } from './at-table.ts';
import {
  AUTONOMY_SUBJECT,
  type AutonomyTable,
  autonomyOf,
  type PendingRaise,
  placeKey,
  readAutonomyTable,
} from './autonomy.ts';
import { type AutonomySetting, FIRST_LEVEL, RAISE_ANSWER_SECONDS } from './contract.ts';
import { type Asked, putAutonomy } from './put-autonomy.ts';
import { readService } from './read-service.ts';
import { type AskRaiseInputs, askRaise } from './rules/ask-raise.ts';
import { settleRaises } from './settle-raises.ts';

export type RequestedAutonomy = {
  readonly table: AutonomyTable;
  /** What another person has to answer before the level is set. */
  readonly approval?: PendingRaise;
};

/**
 * Sets a level that gives no more room at once, and asks another person for one that does (an approval, 24 h). Where nobody else
 * could approve, staging is raised at once and says so; any other environment is not (ADR 0032).
 * Whoever changes another place of the table in the same moment is let go first. Throws Fault: NotFound (service, environment),
 * Conflict (nobody could approve; somebody else changed the same place first), Forbidden (a raise by an identity that is nobody's).
 */
export async function requestAutonomy(
  deps: DecideDeps,
  setting: AutonomySetting,
  asked: Asked,
): Promise<RequestedAutonomy> {
  const place = placeKey(setting);
  const concerns = ({ levels, pending }: AutonomyTable['data']) => [
    levels[place],
    pending.filter((raise) => placeKey(raise.setting) === place),
  ];
  return atTable(deps, concerns, () => requestOnce(deps, setting, asked));
}

async function requestOnce(
  deps: DecideDeps,
  setting: AutonomySetting,
  asked: Asked,
): Promise<RequestedAutonomy> {
  const { environments } = await readService(deps, setting.service);
  if (!Object.hasOwn(environments, setting.environment))
    throw new Fault('NotFound', `service ${setting.service} has no environment ${setting.environment}`);
  await settleRaises(deps);
  const table = await readAutonomyTable(deps);
  const standing = table.data.pending.find((raise) => isSame(raise, setting));
  if (standing !== undefined) return putQuestion(deps, table, standing);
  const { people } = await readPeople(deps.store);
  const inputs: AskRaiseInputs = {
    before: table.data.levels[placeKey(setting)] ?? FIRST_LEVEL,
    ...{ setting, askedBy: asked.actor.id, now: freeMoment(table, deps.clock()) },
    ...{ others: people.filter((person) => mayGrant(person, asked.actor.id)).length },
    answerSeconds: RAISE_ANSWER_SECONDS,
  };
  switch (askRaise.decide(inputs).needs) {
    case 'at-once':
      return { table: await putAutonomy(deps, setting, asked) };
    case 'alone':
      return { table: await putAutonomy(deps, setting, asked, { reasons: [ALONE] }) };
    case 'people':
      throw new Fault(
        'Conflict',
        `a higher level in ${setting.environment} needs another approver, and nobody is known who could be: say who is who first (holdfast people apply)`,
      );
    case 'approval':
      return ask(deps, table, inputs, asked);
  }
}

const ALONE = {
  code: 'NOBODY_TO_ASK',
  text: 'set without a second person: no other approver is known (holdfast people apply)',
};

async function ask(
  deps: DecideDeps,
  table: AutonomyTable,
  inputs: AskRaiseInputs,
  asked: Asked,
): Promise<RequestedAutonomy> {
  if (asked.actor.type !== 'person')
    throw new Fault('Forbidden', 'this identity is mapped to no person: nobody could be told apart from it');
  const { setting, askedBy, before: from } = inputs;
  const id = approvalIdFor(AUTONOMY_SUBJECT.id, inputs.now);
  const decided = await decide(deps, {
    subject: AUTONOMY_SUBJECT,
    expectedRev: table.head?.rev ?? 0,
    ...asked,
    ...{ service: setting.service, environment: setting.environment },
    ...(table.head !== undefined && { createdAt: table.head.createdAt }),
    from: table.head?.state.kind ?? 'None',
    rule: askRaise,
    inputs,
    step: ({ askedAt, deadlineAt }) => ({
      event: 'AutonomyRaiseAsked',
      events: [{ type: 'AutonomyRaiseAsked', data: { ...setting, approval: id } }],
      reasons: [{ code: 'ASKED', text: `${textOf(setting)} is to go from ${from} to ${setting.level}` }],
      state: { kind: table.data.killSwitch.on ? 'Halted' : 'Armed' },
      data: {
        ...table.data,
        pending: [...table.data.pending, { id, setting, from, askedBy, askedAt, deadlineAt }],
      },
    }),
  });
  const data = autonomyOf(decided.head);
  const raise = data.pending.find((each) => each.askedAt === decided.outcome.askedAt);
  if (raise === undefined) throw new Fault('Conflict', 'what was asked is no longer there');
  return putQuestion(deps, { head: decided.head, data }, raise);
}

async function putQuestion(
  deps: DecideDeps,
  table: AutonomyTable,
  raise: PendingRaise,
): Promise<RequestedAutonomy> {
  const { setting, from, askedBy, askedAt, deadlineAt } = raise;
  const { service, environment, action, level } = setting;
  await askApproval(deps, {
    ...{ for: AUTONOMY_SUBJECT, since: askedAt, service, environment, correlationId: raise.id, deadlineAt },
    facts: { what: `raise the autonomy of ${action}`, from, to: level, askedBy },
    notBy: [askedBy],
    overridable: [],
  });
  return { table, approval: raise };
}

/** Four eyes compare people whose login an admin has mapped. */
function mayGrant({ person, role, identities }: KnownPerson, askedBy: string): boolean {
  const known = identities.some(({ via }) => via === 'github');
  return known && person !== askedBy && (role === 'approver' || role === 'admin');
}

function isSame({ setting }: PendingRaise, other: AutonomySetting): boolean {
  return placeKey(setting) === placeKey(other) && setting.level === other.level;
}

/** The time, moved on by milliseconds: the moment of asking names the question. */
function freeMoment({ data }: AutonomyTable, now: number): string {
  const taken = data.pending.map(({ askedAt }) => millis(askedAt));
  let free = now;
  while (taken.includes(free)) free += 1;
  return isoTime(free);
}

function textOf({ action, service, environment }: AutonomySetting): string {
  return `${action} of ${service} in ${environment}`;
}
