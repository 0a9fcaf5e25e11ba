import * as z from 'zod';
import { obeyComment } from '../../shared/rollbacks/index.ts';
import { onEvent } from '../runtime/event.ts';
import { worldDeps } from '../runtime/rollback-world.ts';

const AnnouncedComment = z.object({
  repository: z.string().min(1),
  number: z.int().positive(),
  commentId: z.int().positive(),
  login: z.string().min(1),
});

export const handler = onEvent(AnnouncedComment, (comment) => obeyComment(worldDeps(), comment));
