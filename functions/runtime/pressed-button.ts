import * as z from 'zod';
import { obeyButton } from '../../shared/approvals/obey-button.ts';
import { approvalDeps } from './approvals.ts';
import { notifyDeps } from './notify.ts';

/** A button in the chat, as routing hands it over: its delivery has been verified. */
export const PressedButton = z.strictObject({
  approvalId: z.string().min(1),
  planHash: z.string().min(1),
  verdict: z.enum(['approve', 'reject']),
  user: z.string().min(1),
});

/** Takes the answer, and says in the chat what came of it. */
export function obeyPressed(pressed: z.infer<typeof PressedButton>) {
  return obeyButton({ ...approvalDeps(), notify: notifyDeps().notify }, pressed);
}
