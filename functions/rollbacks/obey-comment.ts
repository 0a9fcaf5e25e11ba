import * as z from 'zod';
import { obeyAnnounced } from '../runtime/announced-comment.ts';
import { onEvent } from '../runtime/event.ts';
import { obeyPressed, PressedButton } from '../runtime/pressed-button.ts';

const AnnouncedComment = z.strictObject({
  repository: z.string().min(1),
  number: z.int().positive(),
  commentId: z.int().positive(),
  onIssue: z.literal(true).optional(),
  login: z.string().min(1),
});

/** What a person orders outside: by a comment under a pull request or an escalation issue, or by a button in the chat. */
export const handler = onEvent(z.union([AnnouncedComment, PressedButton]), (order) =>
  'approvalId' in order ? obeyPressed(order) : obeyAnnounced(order),
);
