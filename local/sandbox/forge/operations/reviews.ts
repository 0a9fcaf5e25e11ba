import { notFound } from '../refusal.ts';
import { addReview, dismissReview, reviewsOf } from '../reviews.ts';
import { reviewShape } from '../shapes/review.ts';
import { userShape } from '../shapes/user.ts';
import { type Operation, onePage, pathText, pullOf, textOf } from './call.ts';

const STATE_OF_EVENT = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const;

/** Oldest first. */
export const listReviews: Operation = async (world, call) => {
  const pull = pullOf(call);
  const reviews = reviewsOf(call.repository, pull.number);
  const page = onePage(reviews, call.query);
  return {
    status: 200,
    body: page.map((review) => reviewShape(world, call.repository, pull, review)),
    total: reviews.length,
  };
};

/** Submitted at once: reviews that wait for their event do not exist here. */
export const createReview: Operation = async (world, call) => {
  const pull = pullOf(call);
  const event = textOf(call, 'event') ?? 'COMMENT';
  const state =
    event === 'APPROVE' || event === 'REQUEST_CHANGES' ? STATE_OF_EVENT[event] : STATE_OF_EVENT.COMMENT;
  const commitSha = textOf(call, 'commit_id') ?? pull.headSha;
  const request = {
    number: pull.number,
    login: call.login,
    state,
    commitSha,
    body: textOf(call, 'body') ?? '',
  };
  return {
    status: 200,
    body: reviewShape(world, call.repository, pull, addReview(world, call.repository, request)),
  };
};

export const dismiss: Operation = async (world, call) => {
  const pull = pullOf(call);
  const reviewId = Number(pathText(call, 'review_id'));
  const review = dismissReview(world, call.repository, { number: pull.number, reviewId, login: call.login });
  return { status: 200, body: reviewShape(world, call.repository, pull, review) };
};

/** What GitHub's older field says of a role: it knows four words only. */
const PERMISSION_OF_ROLE = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
} as const;

export const getPermission: Operation = async (world, call) => {
  const login = pathText(call, 'username');
  const role = world.roleOf(call.repository, login);
  if (role === undefined) throw notFound();
  const user = { ...userShape(world, login), role_name: role };
  return { status: 200, body: { permission: PERMISSION_OF_ROLE[role], role_name: role, user } };
};
