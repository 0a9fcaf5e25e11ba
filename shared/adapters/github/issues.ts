import * as z from 'zod';
import { isFault } from '../../kernel/fault.ts';
import type { Forge } from '../../ports/forge.ts';
import type { ForgeIssue } from '../../ports/forge-threads.ts';
import { hiddenMarker, markerOf } from '../../ports/markers.ts';
import { type Connection, parse, type Reader, repositoryOf } from './connection.ts';
import { askGraphql } from './graphql.ts';
import { allPages } from './pages.ts';

const Issue = z.looseObject({
  number: z.int().positive(),
  html_url: z.string(),
  body: z.string().nullish(),
});
const Read = z.looseObject({
  repository: z.looseObject({
    issue: z.looseObject({
      number: z.int().positive(),
      body: z.string(),
      viewerDidAuthor: z.boolean(),
      lastEditedAt: z.string().nullable(),
    }),
  }),
});
// the REST API knows neither who we are with a token of an installation, nor whether a text was changed
const READ = `query OwnIssue($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) { number body viewerDidAuthor lastEditedAt }
  }
}`;
type Opened = Awaited<ReturnType<Forge['openIssue']>>;

/** At most one open issue per marker. */
export function issues(connection: Connection): Pick<Forge, 'openIssue' | 'readIssue'> {
  return {
    readIssue: (repository, number) => connection.repeat(() => readIssue(connection, repository, number)),
    openIssue: async (repository, issue) => {
      const hidden = hiddenMarker(issue.marker);
      const find = (reader: Reader): Promise<Opened | undefined> =>
        marked(reader, { repository, hidden, labels: issue.labels });
      return (
        (await find(connection)) ??
        (await connection.write(
          async () => {
            const answer = await connection.once({
              route: 'POST /repos/{owner}/{repo}/issues',
              parameters: {
                ...repositoryOf(repository),
                title: issue.title,
                body: `${hidden}\n${issue.body}`,
                labels: issue.labels,
              },
            });
            return openedOf(parse(Issue, answer.data, 'a new issue'));
          },
          () => find({ call: connection.once }),
        ))
      );
    },
  };
}

/** One attempt. */
async function readIssue(
  connection: Connection,
  repository: string,
  number: number,
): Promise<ForgeIssue | undefined> {
  const { owner, repo } = repositoryOf(repository);
  const variables = { owner, name: repo, number };
  const answer = await askGraphql(connection, { repository, text: READ, variables }).catch(noneThere);
  if (answer === undefined) return undefined;
  const read = parse(Read, 'data' in answer ? answer.data : undefined, `issue ${number} of ${repository}`);
  const { body, viewerDidAuthor, lastEditedAt } = read.repository.issue;
  const marker = markerOf(body);
  return {
    ...{ number: read.repository.issue.number, ours: viewerDidAuthor, edited: lastEditedAt !== null },
    ...(marker !== undefined && { marker }),
  };
}

function noneThere(thrown: unknown): undefined {
  if (!isFault(thrown, 'NotFound')) throw thrown;
}

async function marked(
  reader: Reader,
  wanted: { readonly repository: string; readonly hidden: string; readonly labels: readonly string[] },
): Promise<Opened | undefined> {
  const parameters = { ...repositoryOf(wanted.repository), state: 'open' };
  // GitHub lists those that carry all of the labels; somebody may have taken one away, but the first is ours
  const [label] = wanted.labels;
  const listed = await allPages(
    reader,
    {
      route: 'GET /repos/{owner}/{repo}/issues',
      parameters: { ...parameters, ...(label !== undefined && { labels: label }) },
    },
    Issue,
  );
  const found = listed.find((issue) => issue.body?.includes(wanted.hidden));
  return found === undefined ? undefined : openedOf(found);
}

function openedOf(issue: z.infer<typeof Issue>): Opened {
  return { number: issue.number, url: issue.html_url };
}
