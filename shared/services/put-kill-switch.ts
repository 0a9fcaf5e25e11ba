import { type DecideDeps, decide, isoTime, redactText } from '../kernel/index.ts';
import { atTable } from './at-table.ts';
import { AUTONOMY_SUBJECT, type AutonomyTable, autonomyOf, readAutonomyTable } from './autonomy.ts';
import type { KillSwitchSetting } from './contract.ts';
import type { Asked } from './put-autonomy.ts';
import { setKillSwitch } from './rules/set-kill-switch.ts';

/**
 * Turns the kill switch; the position it has already decides nothing. People who set levels at the same moment do not stop
 * it: it reads and decides again. Throws Fault('Conflict') after ten tries.
 */
export async function putKillSwitch(
  deps: DecideDeps,
  setting: KillSwitchSetting,
  asked: Asked,
): Promise<AutonomyTable> {
  return atTable(
    deps,
    () => 'the switch goes before whatever else is changed',
    () => turn(deps, setting, asked),
  );
}

async function turn(deps: DecideDeps, setting: KillSwitchSetting, asked: Asked): Promise<AutonomyTable> {
  const table = await readAutonomyTable(deps);
  const inputs = { before: table.data.killSwitch.on, setting };
  if (!setKillSwitch.decide(inputs).changed) return table;
  // everybody sees the switch as it stands, so its reason is held to what the decision says
  const reason = redactText(setting.reason);
  const killSwitch = { on: setting.on, reason, by: asked.actor.id, at: isoTime(deps.clock()) };
  const decided = await decide(deps, {
    subject: AUTONOMY_SUBJECT,
    expectedRev: table.head?.rev ?? 0,
    ...asked,
    ...(table.head !== undefined && { createdAt: table.head.createdAt }),
    from: table.head?.state.kind ?? 'None',
    rule: setKillSwitch,
    inputs,
    step: (outcome) => ({
      event: outcome.event,
      // What a person wrote stands in the payload alone: the envelope cannot be erased.
      events: [{ type: outcome.event, data: {} }],
      reasons: [
        { code: 'ASKED', text: `the kill switch went ${setting.on ? 'on' : 'off'}: ${setting.reason}` },
      ],
      state: { kind: setting.on ? 'Halted' : 'Armed' },
      data: { ...table.data, killSwitch },
    }),
  });
  return { head: decided.head, data: autonomyOf(decided.head) };
}
