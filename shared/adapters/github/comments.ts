import * as z from 'zod';
import { isoTime, millis } from '../../kernel/time.ts';
import type { Forge } from '../../ports/forge.ts';
import type { ForgeComment } from '../../ports/forge-threads.ts';
import { hiddenMarker } from '../../ports/markers.ts';
import { type Connection, parse, type Reader, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';
import { DELETED_ACCOUNT } from './pull-request-answer.ts';

const Body = z.looseObject({ body: z.string().nullish() });
const Comment = Body.extend({
  id: z.int().positive(),
  user: z.looseObject({ login: z.string(), type: z.string() }).nullable(),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
  issue_url: z.string().regex(/\/\d+$/),
  performed_via_github_app: z.looseObject({}).nullish(),
});

/** At most one comment per marker: comments have no key of their own on GitHub, so the marker is searched first. */
export function comments(connection: Connection): Pick<Forge, 'comment' | 'readComment'> {
  return {
    comment: async (repository, number, marker, text) => {
      const hidden = hiddenMarker(marker);
      const parameters = { ...repositoryOf(repository), issue_number: number };
      const isThere = async (reader: Reader): Promise<true | undefined> => {
        const listed = await allPages(
          reader,
          { route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters },
          Body,
        );
        return listed.some((comment) => comment.body?.includes(hidden)) ? true : undefined;
      };
      if ((await isThere(connection)) === true) return;
      await connection.write<true>(
        async () => {
          await connection.once({
            route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
            parameters: { ...parameters, body: `${hidden}\n${text}` },
          });
          return true;
        },
        () => isThere({ call: connection.once }),
      );
    },
    readComment: async (repository, commentId) => {
      const answer = await connection.call({
        route: 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
        parameters: { ...repositoryOf(repository), comment_id: commentId },
        expected: [404],
      });
      return answer.status === 404
        ? undefined
        : commentOf(parse(Comment, answer.data, `comment ${commentId}`));
    },
  };
}

function commentOf(answer: z.infer<typeof Comment>): ForgeComment {
  return {
    id: answer.id,
    login: answer.user?.login ?? DELETED_ACCOUNT,
    byBot: answer.user?.type === 'Bot' || (answer.performed_via_github_app ?? null) !== null,
    body: answer.body ?? '',
    createdAt: isoTime(millis(answer.created_at)),
    edited: millis(answer.updated_at) !== millis(answer.created_at),
    number: Number(answer.issue_url.slice(answer.issue_url.lastIndexOf('/') + 1)),
  };
}
