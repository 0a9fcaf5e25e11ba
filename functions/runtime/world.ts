import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../../shared/kernel/index.ts';

/** The machine's clock and chance: the only ones in the product. */
export const clock: Clock = () => Date.now();
export const random: Random = (bytes) => randomBytes(bytes);
