import type { AnyRule } from '../../kernel/index.ts';
import { askRaise } from './ask-raise.ts';
import { registerService } from './register-service.ts';
import { setAutonomy } from './set-autonomy.ts';
import { setKillSwitch } from './set-kill-switch.ts';
import { settleRaise } from './settle-raise.ts';

/** Every rule of this capability, in every version that a decision may name: for replay. */
export const serviceRules: readonly AnyRule[] = [
  registerService,
  setAutonomy,
  setKillSwitch,
  askRaise,
  settleRaise,
];
