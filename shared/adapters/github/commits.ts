import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { isoTime, millis } from '../../kernel/time.ts';
import type { CiReading, CiState, Commit, Forge } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';

const When = z.looseObject({ date: z.iso.datetime({ offset: true }) });
export const CommitAnswer = z.looseObject({
  sha: z.string(),
  commit: z.looseObject({ message: z.string(), committer: When }),
  // null, or an empty object, when no account has the address
  author: z.looseObject({ login: z.string().optional() }).nullish(),
});
const CheckRun = z.looseObject({
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
});
const Status = z.looseObject({
  context: z.string(),
  state: z.string(),
  target_url: z.string().nullish(),
});

const PAGE = 100;
const GREEN = new Set(['success', 'neutral', 'skipped']);
const ABSENT = [409, 422]; // an empty repository; a sha that the repository does not know

type Commits = Pick<Forge, 'commits' | 'ci'>;
type Check = CiReading['checks'][number];

export function commits(connection: Connection): Commits {
  return {
    commits: (repository, from, limit) => listCommits(connection, { repository, from, limit }),
    ci: async (repository, sha) => {
      const parameters = { ...repositoryOf(repository), ref: sha };
      const [runs, statuses] = await Promise.all([
        allPages(
          connection,
          {
            route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
            parameters: { ...parameters, filter: 'latest' },
          },
          CheckRun,
          'check_runs',
        ),
        allPages(
          connection,
          { route: 'GET /repos/{owner}/{repo}/commits/{ref}/status', parameters },
          Status,
          'statuses',
        ),
      ]);
      const checks = [...runs.map(checkOfRun), ...statuses.map(checkOfStatus)];
      return { state: stateOf(checks), checks };
    },
  };
}

async function listCommits(
  connection: Connection,
  request: { readonly repository: string; readonly from: string; readonly limit: number },
): Promise<readonly Commit[]> {
  const found: Commit[] = [];
  const size = Math.min(request.limit, PAGE);
  for (let page = 1; found.length < request.limit; page += 1) {
    const answer = await connection.call({
      route: 'GET /repos/{owner}/{repo}/commits',
      parameters: { ...repositoryOf(request.repository), sha: request.from, per_page: size, page },
      expected: ABSENT,
    });
    if (ABSENT.includes(answer.status)) {
      throw new Fault('NotFound', `${request.repository} has no commit ${request.from}`);
    }
    const listed = parse(z.array(CommitAnswer), answer.data, `commits of ${request.repository}`);
    found.push(...listed.map(commitOf));
    if (listed.length < size) break;
  }
  return found.slice(0, request.limit);
}

export function commitOf(answer: z.infer<typeof CommitAnswer>): Commit {
  const login = answer.author?.login;
  return {
    sha: answer.sha,
    message: answer.commit.message,
    ...(login !== undefined && { authorLogin: login }),
    committedAt: isoTime(millis(answer.commit.committer.date)),
  };
}

/** The conclusion of a run that has not ended is "pending". */
function checkOfRun(run: z.infer<typeof CheckRun>): Check {
  const conclusion = run.status === 'completed' ? (run.conclusion ?? 'unknown') : 'pending';
  return { name: run.name, conclusion, ...(typeof run.html_url === 'string' && { url: run.html_url }) };
}

function checkOfStatus(status: z.infer<typeof Status>): Check {
  const url = status.target_url;
  return { name: status.context, conclusion: status.state, ...(typeof url === 'string' && { url }) };
}

/**
 * From the checks themselves: GitHub's combined state says "pending" when there is no status at all. What is
 * neither green nor pending is a failure, also a conclusion that GitHub adds tomorrow.
 */
function stateOf(checks: readonly Check[]): CiState {
  if (checks.length === 0) return 'none';
  const open = checks.filter(({ conclusion }) => !GREEN.has(conclusion));
  if (open.length === 0) return 'success';
  return open.every(({ conclusion }) => conclusion === 'pending') ? 'pending' : 'failure';
}
