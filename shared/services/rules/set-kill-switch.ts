import { rule } from '../../kernel/index.ts';
import type { AUTONOMY_EVENTS, KillSwitchSetting } from '../contract.ts';

export type SetKillSwitchInputs = { readonly before: boolean; readonly setting: KillSwitchSetting };
export type SetKillSwitchOutcome = {
  readonly event: Extract<(typeof AUTONOMY_EVENTS)[number], `KillSwitch${string}`>;
  readonly changed: boolean;
};

/** What a setting of the kill switch does. */
export const setKillSwitch = rule(
  'set-kill-switch',
  1,
  ({ before, setting }: SetKillSwitchInputs): SetKillSwitchOutcome => ({
    event: setting.on ? 'KillSwitchOn' : 'KillSwitchOff',
    changed: before !== setting.on,
  }),
);
