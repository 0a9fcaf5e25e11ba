import { type Actor, type DecideDeps, decide, Fault, type Reason } from '../kernel/index.ts';
import {
  AUTONOMY_SUBJECT,
  type AutonomyTable,
  autonomyOf,
  type PendingRaise,
  placeKey,
  readAutonomyTable,
} from './autonomy.ts';
import { type AutonomySetting, FIRST_LEVEL } from './contract.ts';
import { readService } from './read-service.ts';
import { setAutonomy } from './rules/set-autonomy.ts';

export type Asked = { readonly actor: Actor; readonly correlationId: string; readonly key: string };

/** What else a change says: why it may be one, and what becomes of what waits. */
type More = { readonly reasons?: readonly Reason[]; readonly pending?: readonly PendingRaise[] };

/**
 * Sets the level of one action of a service in an environment; the level it has already decides nothing. Who may raise it
 * is not judged here: `requestAutonomy` does.
 * Throws Fault('NotFound') for a service or environment the registry does not know, Fault('Conflict') when somebody else was first.
 */
export async function putAutonomy(
  deps: DecideDeps,
  setting: AutonomySetting,
  asked: Asked,
  more: More = {},
): Promise<AutonomyTable> {
  const document = await readService(deps, setting.service);
  if (!Object.hasOwn(document.environments, setting.environment)) {
    throw new Fault('NotFound', `service ${setting.service} has no environment ${setting.environment}`);
  }
  const table = await readAutonomyTable(deps);
  const place = placeKey(setting);
  const inputs = { before: table.data.levels[place] ?? FIRST_LEVEL, setting };
  if (table.data.levels[place] === setting.level) return table;
  const decided = await decide(deps, {
    subject: AUTONOMY_SUBJECT,
    expectedRev: table.head?.rev ?? 0,
    ...asked,
    service: setting.service,
    environment: setting.environment,
    ...(table.head !== undefined && { createdAt: table.head.createdAt }),
    from: table.head?.state.kind ?? 'None',
    rule: setAutonomy,
    inputs,
    step: (outcome) => ({
      event: 'AutonomyChanged',
      events: [{ type: 'AutonomyChanged', data: { ...setting, from: outcome.from } }],
      reasons: [
        {
          code: 'ASKED',
          text: `${setting.action} of ${setting.service} in ${setting.environment} went from ${outcome.from} to ${outcome.to}`,
        },
        ...(more.reasons ?? []),
      ],
      state: { kind: table.data.killSwitch.on ? 'Halted' : 'Armed' },
      data: {
        ...table.data,
        levels: { ...table.data.levels, [place]: setting.level },
        pending: [...(more.pending ?? table.data.pending)],
      },
    }),
  });
  return { head: decided.head, data: autonomyOf(decided.head) };
}
