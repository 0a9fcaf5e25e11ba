import { receiveWebhook } from '../../shared/signals/index.ts';
import { webhook } from '../runtime/webhook.ts';

export const handler = webhook(receiveWebhook);
