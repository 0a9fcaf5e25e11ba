import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Forge } from '../../ports/forge.ts';
import { type Connection, type Reader, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';

const Comment = z.looseObject({ body: z.string().nullish() });
const MARKER = /^[\w./:#-]{1,200}$/;

/** At most one comment per marker: comments have no key of their own on GitHub, so the marker is searched first. */
export function comments(connection: Connection): Pick<Forge, 'comment'> {
  return {
    comment: async (repository, number, marker, text) => {
      if (!MARKER.test(marker)) throw new Fault('InvalidInput', `not a comment marker: ${marker}`);
      const hidden = `<!-- holdfast:${marker} -->`;
      const parameters = { ...repositoryOf(repository), issue_number: number };
      const isThere = async (reader: Reader): Promise<true | undefined> => {
        const listed = await allPages(
          reader,
          { route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters },
          Comment,
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
  };
}
