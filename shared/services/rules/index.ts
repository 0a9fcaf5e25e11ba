import type { AnyRule } from '../../kernel/index.ts';
import { registerService } from './register-service.ts';
import { setAutonomy } from './set-autonomy.ts';
import { setKillSwitch } from './set-kill-switch.ts';

/** Every rule of this capability, in every version that a decision may name: for replay. */
export const serviceRules: readonly AnyRule[] = [registerService, setAutonomy, setKillSwitch];
