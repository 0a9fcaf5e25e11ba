import * as z from 'zod';
import { measureRollbackEvent, RollbackEventDetail } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { meter } from '../runtime/observe.ts';

const BusEvent = z.looseObject({ 'detail-type': z.string(), detail: RollbackEventDetail });

export const handler = onEvent(BusEvent, async (event) =>
  measureRollbackEvent(meter(), event['detail-type'], event.detail),
);
