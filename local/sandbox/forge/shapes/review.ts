import type { PullRecord, ReviewRecord } from '../records.ts';
import type { Repository, World } from '../world.ts';
import { apiUrl, webUrl } from './repository.ts';
import { nodeId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

/** GitHub's "pull request review". The webhook says the state in small letters. */
export function reviewShape(
  world: World,
  repository: Repository,
  pull: PullRecord,
  review: ReviewRecord,
): Shape {
  const html = `${webUrl(world, repository)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const self = `${apiUrl(world, repository)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: userShape(world, review.login),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: self,
    _links: { html: { href: html }, pull_request: { href: self } },
    submitted_at: review.submittedAt,
    commit_id: review.commitSha,
    author_association: 'MEMBER',
  };
}
