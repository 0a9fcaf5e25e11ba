import * as z from 'zod';
import { Fault, isFault } from '../../kernel/fault.ts';
import { isoTime, millis } from '../../kernel/time.ts';
import type { Forge } from '../../ports/forge.ts';
import type { OwnComment } from '../../ports/forge-threads.ts';
import { markerOf } from '../../ports/markers.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { askGraphql } from './graphql.ts';

const Read = z.looseObject({
  repository: z.looseObject({
    pullRequest: z.looseObject({
      comments: z.looseObject({
        nodes: z.array(
          z.looseObject({
            body: z.string(),
            createdAt: z.iso.datetime({ offset: true }),
            viewerDidAuthor: z.boolean(),
            lastEditedAt: z.string().nullable(),
          }),
        ),
        pageInfo: z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    }),
  }),
});
type Comments = z.infer<typeof Read>['repository']['pullRequest']['comments'];
type Cursor = string | null;
type Place = { readonly repository: string; readonly number: number };

// the REST API knows neither who we are with a token of an installation, nor whether a text was changed
const READ = `query OwnComments($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $after) {
        nodes { body createdAt viewerDidAuthor lastEditedAt }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const MOST_PAGES = 30;

/** Throws Malformed when there are more than 3,000 comments: a list that is cut short would be taken for the whole. */
export function ownComments(connection: Connection): Pick<Forge, 'ownComments'> {
  return {
    ownComments: async (repository, number) => {
      const found: OwnComment[] = [];
      const place = { repository, number };
      let cursor: Cursor = null;
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const read: Comments | undefined = await nextPage(connection, place, cursor);
        if (read === undefined) return [];
        found.push(...read.nodes.flatMap(ownOf));
        if (!read.pageInfo.hasNextPage) return found;
        cursor = read.pageInfo.endCursor;
      }
      throw new Fault('Malformed', `pull request ${number} of ${repository} has too many comments`);
    },
  };
}

function nextPage(connection: Connection, place: Place, cursor: Cursor): Promise<Comments | undefined> {
  return connection.repeat(() => readPage(connection, place, cursor));
}

/** One attempt at one page; undefined where there is no such pull request. */
async function readPage(
  connection: Connection,
  { repository, number }: Place,
  after: Cursor,
): Promise<Comments | undefined> {
  const { owner, repo } = repositoryOf(repository);
  const variables = { owner, name: repo, number, after };
  const answer = await askGraphql(connection, { repository, text: READ, variables }).catch(noneThere);
  if (answer === undefined) return undefined;
  const data = 'data' in answer ? answer.data : undefined;
  return parse(Read, data, `the comments of pull request ${number}`).repository.pullRequest.comments;
}

function noneThere(thrown: unknown): undefined {
  if (!isFault(thrown, 'NotFound')) throw thrown;
}

function ownOf({ body, createdAt, viewerDidAuthor, lastEditedAt }: Comments['nodes'][number]) {
  const marker = markerOf(body);
  if (marker === undefined || !viewerDidAuthor || lastEditedAt !== null) return [];
  return [{ marker, createdAt: isoTime(millis(createdAt)) }];
}
