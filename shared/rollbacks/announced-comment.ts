import type { KnownPerson } from '../approvals/index.ts';
import type { Forge, ForgeComment, ForgePermission } from '../ports/index.ts';
import type { Meter } from '../ports/meter.ts';
import { type Command, commandIn } from './comment-command.ts';
import type { Commented } from './commented-attempt.ts';
import { countFailure, failuresCounted } from './count-failure.ts';

/** A comment as a webhook announced it: only where it is, never what it says. */
export type AnnouncedComment = Commented & {
  readonly commentId: number;
  readonly login: string;
};
export type Obeyed =
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'obeyed'; readonly command: Command['word'] }
  | { readonly kind: 'refused'; readonly why: string };

const MAY_COMMAND: readonly ForgePermission[] = ['admin', 'maintain', 'write'];

/** The forge, and who counts what it refuses. */
type At<Call extends keyof Forge> = { readonly forge: Pick<Forge, Call>; readonly meter: Meter };

/** What the comment orders, as the forge has it now; or why nothing: deleted, edited, a bot's, somebody else's, or talk. */
export async function readOrder(
  { forge, meter }: At<'readComment'>,
  announced: AnnouncedComment,
): Promise<{ readonly command: Command; readonly createdAt: string } | { readonly why: string }> {
  const comment = await failuresCounted(meter, 'read-comment', () =>
    forge.readComment(announced.repository, announced.commentId),
  );
  if (comment === undefined) return { why: 'it was deleted' };
  const why = strange(comment, announced);
  if (why !== undefined) return { why };
  const command = commandIn(comment.body);
  return command === undefined ? { why: 'it is no command' } : { command, createdAt: comment.createdAt };
}

function strange(comment: ForgeComment, announced: AnnouncedComment): string | undefined {
  if (comment.byBot) return 'a bot wrote it';
  if (comment.edited) return 'it was edited';
  const same = comment.login === announced.login && comment.number === announced.number;
  return same ? undefined : 'it is not the comment that was announced';
}

/** Why whoever wrote it orders nothing, whatever it says: mapped to nobody, or may not write in the repository now. */
export async function whyNot(
  { forge, meter }: At<'permission'>,
  { repository, login }: AnnouncedComment,
  person: KnownPerson | undefined,
): Promise<string | undefined> {
  if (person === undefined) return `the login ${login} is mapped to no person`;
  const permission = await failuresCounted(meter, 'permission', () => forge.permission(repository, login));
  if (!MAY_COMMAND.includes(permission)) return `${login} may not write in ${repository}`;
  return undefined;
}

/** Says there what came of it: a courtesy that may fail, which is counted, for what was decided stands. */
export async function replyTo(
  { forge, meter }: At<'comment'>,
  { repository, number, commentId }: AnnouncedComment,
  obeyed: Exclude<Obeyed, { kind: 'ignored' }>,
): Promise<void> {
  const text = obeyed.kind === 'refused' ? `Not done: ${obeyed.why}.` : `${obeyed.command}: recorded.`;
  await forge
    .comment(repository, number, `answer/${commentId}`, text)
    .catch((thrown: unknown) => countFailure(meter, 'reply', thrown));
}
