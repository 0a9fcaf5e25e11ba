import type { Repository } from '../world.ts';

type Fields = Readonly<Record<string, unknown>>;
const PAGE = 100;

/** GitHub's connection of a pull request's comments, oldest first; the cursor is a place in the list. */
export function commentsConnection(
  repository: Repository,
  { number, after, login }: { readonly number: number; readonly after: unknown; readonly login: string },
): Fields {
  const all = repository.record.read().comments.filter((comment) => comment.number === number);
  const from = typeof after === 'string' ? Number(after) : 0;
  const nodes = all.slice(from, from + PAGE).map((comment) => ({
    ...{ body: comment.body, createdAt: comment.createdAt, viewerDidAuthor: comment.login === login },
    lastEditedAt: comment.updatedAt === comment.createdAt ? null : comment.updatedAt,
  }));
  const end = from + nodes.length;
  return {
    nodes,
    pageInfo: { hasNextPage: end < all.length, endCursor: nodes.length === 0 ? null : String(end) },
  };
}
