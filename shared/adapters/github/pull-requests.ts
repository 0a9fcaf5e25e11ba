import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Forge, PullRequest } from '../../ports/forge.ts';
import { type Connection, parse, type Reader, repositoryOf } from './connection.ts';
import { label } from './labels.ts';
import { allPages } from './pages.ts';
import { PullAnswer, pullRequestOf } from './pull-request-answer.ts';

const ChangedFile = z.looseObject({ filename: z.string(), previous_filename: z.string().optional() });

const NO_COMMIT = [409, 422]; // an empty repository; a sha that the repository does not know

type OpenRequest = Parameters<Forge['openPullRequest']>[0];
type PullRequests = Pick<
  Forge,
  | 'openPullRequest'
  | 'pullRequest'
  | 'openPullRequests'
  | 'pullRequestsOf'
  | 'changedFiles'
  | 'updatePullRequest'
>;

export function pullRequests(connection: Connection): PullRequests {
  return {
    openPullRequest: async (request) => labelled(connection, request, await opened(connection, request)),
    pullRequest: (repository, number) => readPullRequest(connection, repository, number),
    openPullRequests: async (repository, labels) => {
      const open = await listOpen(connection, repository, {});
      return open.filter((pull) => labels.every((each) => pull.labels.includes(each)));
    },
    pullRequestsOf: async (repository, sha) => {
      const found = await allPages(
        connection,
        {
          route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
          parameters: { ...repositoryOf(repository), commit_sha: sha },
          expected: NO_COMMIT,
        },
        PullAnswer,
      );
      return found.map(pullRequestOf);
    },
    changedFiles: async (repository, number) => {
      const changed = await allPages(
        connection,
        {
          route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
          parameters: { ...repositoryOf(repository), pull_number: number },
        },
        ChangedFile,
      );
      // a renamed file changes two paths
      return changed.flatMap((file) => [file.filename, file.previous_filename ?? []].flat());
    },
    updatePullRequest: async (repository, number, change) => {
      await connection.call({
        route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
        parameters: { ...repositoryOf(repository), pull_number: number, ...change },
      });
    },
  };
}

export async function readPullRequest(
  reader: Reader,
  repository: string,
  number: number,
): Promise<PullRequest> {
  const answer = await reader.call({
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    parameters: { ...repositoryOf(repository), pull_number: number },
  });
  return pullRequestOf(parse(PullAnswer, answer.data, `pull request ${number}`));
}

/** Asked for at once: the forge keeps one open pull request for a head and base, and refuses (422) a second. */
async function opened(connection: Connection, request: OpenRequest): Promise<PullRequest> {
  // the write is repeated as a whole: what it reads is read once an attempt
  const existing = (): Promise<PullRequest | undefined> => openOf({ call: connection.once }, request);
  return connection.write(async () => {
    const answer = await connection.once({
      route: 'POST /repos/{owner}/{repo}/pulls',
      parameters: {
        ...repositoryOf(request.repository),
        title: request.title,
        body: request.body,
        head: request.headBranch,
        base: request.baseBranch,
      },
      expected: [422],
    });
    if (answer.status !== 422) return pullRequestOf(parse(PullAnswer, answer.data, 'a new pull request'));
    // 422 says "exists already" and "nothing to merge" alike
    const raced = await existing();
    if (raced !== undefined) return raced;
    throw new Fault('InvalidInput', `no pull request from ${request.headBranch}: ${answer.message}`);
  }, existing);
}

async function openOf(reader: Reader, request: OpenRequest): Promise<PullRequest | undefined> {
  const { owner } = repositoryOf(request.repository);
  const { headBranch, baseBranch } = request;
  const listed = await listOpen(reader, request.repository, {
    head: `${owner}:${headBranch}`, // without the owner GitHub would ignore it and list everything
    base: baseBranch,
  });
  return listed.find((pull) => pull.headBranch === headBranch && pull.baseBranch === baseBranch);
}

async function listOpen(
  reader: Reader,
  repository: string,
  filter: Readonly<Record<string, string>>,
): Promise<readonly PullRequest[]> {
  const pulls = await allPages(
    reader,
    {
      route: 'GET /repos/{owner}/{repo}/pulls',
      parameters: { ...repositoryOf(repository), state: 'open', ...filter },
    },
    PullAnswer,
  );
  return pulls.map(pullRequestOf);
}

async function labelled(
  connection: Connection,
  request: OpenRequest,
  pull: PullRequest,
): Promise<PullRequest> {
  if (request.labels.every((each) => pull.labels.includes(each))) return pull;
  const { repository, labels } = request;
  return { ...pull, labels: await label(connection, repository, { number: pull.number, labels }) };
}
