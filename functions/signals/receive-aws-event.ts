import * as z from 'zod';
import { receiveAwsEvent } from '../../shared/signals/index.ts';
import { onEvent } from '../runtime/event.ts';
import { acceptDeps } from '../runtime/signals.ts';

export const handler = onEvent(z.unknown(), (event) => receiveAwsEvent(acceptDeps(), event));
