import * as z from 'zod';
import type { Forge } from '../../ports/forge.ts';
import { type Connection, parse, type Reader, repositoryOf } from './connection.ts';
import { hiddenMarker } from './markers.ts';
import { allPages } from './pages.ts';

const Issue = z.looseObject({
  number: z.int().positive(),
  html_url: z.string(),
  body: z.string().nullish(),
});
type Opened = Awaited<ReturnType<Forge['openIssue']>>;

/** At most one open issue per marker. */
export function issues(connection: Connection): Pick<Forge, 'openIssue'> {
  return {
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
