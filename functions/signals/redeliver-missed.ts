import { sweepDeliveries } from '../runtime/deliveries.ts';
import { onSchedule } from '../runtime/event.ts';

export const handler = onSchedule(sweepDeliveries);
