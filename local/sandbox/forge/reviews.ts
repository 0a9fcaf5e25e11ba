import { tell } from './push.ts';
import type { PullRecord, ReviewRecord, ReviewState, Role } from './records.ts';
import { GithubRefusal, notFound } from './refusal.ts';
import { pullShape } from './shapes/pull-request.ts';
import { reviewShape } from './shapes/review.ts';
import { githubTime, type Repository, type World } from './world.ts';

export type NewReview = {
  readonly number: number;
  readonly login: string;
  readonly state: Exclude<ReviewState, 'DISMISSED'>;
  readonly body?: string;
  /** Absent: the head as it is now. */
  readonly commitSha?: string;
};

const WRITERS: readonly (Role | undefined)[] = ['admin', 'maintain', 'write'];

export function reviewsOf(repository: Repository, number: number): readonly ReviewRecord[] {
  return repository.record.read().reviews.filter((review) => review.number === number);
}

/** As on GitHub, nobody approves or refuses their own pull request. */
export function addReview(world: World, repository: Repository, request: NewReview): ReviewRecord {
  const pull = pullNumbered(repository, request.number);
  const { login, state, body = '', commitSha = pull.headSha } = request;
  if (login === pull.login && state !== 'COMMENTED') {
    const verb = state === 'APPROVED' ? 'approve' : 'request changes on';
    throw new GithubRefusal(422, `Unprocessable Entity: Can not ${verb} your own pull request`);
  }
  const review = {
    ...{ id: repository.record.nextId(), number: pull.number, login, state, body, commitSha },
    submittedAt: githubTime(world.now()),
  };
  repository.record.change((record) => ({ ...record, reviews: [...record.reviews, review] }));
  tellReview(world, repository, { action: 'submitted', login, pull, review });
  return review;
}

export function dismissReview(
  world: World,
  repository: Repository,
  request: { readonly number: number; readonly reviewId: number; readonly login: string },
): ReviewRecord {
  const pull = pullNumbered(repository, request.number);
  const found = reviewsOf(repository, request.number).find((review) => review.id === request.reviewId);
  if (found === undefined) throw notFound();
  const review: ReviewRecord = { ...found, state: 'DISMISSED' };
  repository.record.change((record) => ({
    ...record,
    reviews: record.reviews.map((each) => (each.id === review.id ? review : each)),
  }));
  tellReview(world, repository, { action: 'dismissed', login: request.login, pull, review });
  return review;
}

/** Reviewers with write access, other than the author, whose last word approves the head as it is. */
export function approvalsOf(world: World, repository: Repository, pull: PullRecord): number {
  const last = new Map<string, ReviewRecord>();
  for (const review of reviewsOf(repository, pull.number)) {
    if (review.state !== 'COMMENTED') last.set(review.login, review);
  }
  return [...last.values()].filter(
    (review) =>
      review.state === 'APPROVED' &&
      review.commitSha === pull.headSha &&
      WRITERS.includes(world.roleOf(repository, review.login)),
  ).length;
}

function pullNumbered(repository: Repository, number: number): PullRecord {
  const pull = repository.record.read().pulls.find((each) => each.number === number);
  if (pull === undefined) throw notFound();
  return pull;
}

type Told = {
  readonly action: 'submitted' | 'dismissed';
  readonly login: string;
  readonly pull: PullRecord;
  readonly review: ReviewRecord;
};

function tellReview(world: World, repository: Repository, told: Told): void {
  const shape = reviewShape(world, repository, told.pull, told.review);
  tell(world, repository, told.login, 'pull_request_review', {
    action: told.action,
    review: { ...shape, state: told.review.state.toLowerCase() },
    pull_request: pullShape(world, repository, told.pull),
  });
}
