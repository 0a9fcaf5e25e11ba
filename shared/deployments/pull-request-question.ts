import { planOf } from '../approvals/index.ts';
import type { PullRequest } from '../ports/index.ts';
import type { Deployment } from './deployment.ts';
import { notByOf, planFactsOf } from './read-approval.ts';

const ID = '[0-9A-HJKMNP-TV-Z]{26}';
const MARKED = new RegExp(`^approval/(dep_${ID})/(apr_${ID})/([0-9a-f]{64})$`);

/** What a question of ours under a pull request is about, and the hash of the plan that it shows. */
export type MarkedQuestion = {
  readonly deploymentId: string;
  readonly approvalId: string;
  readonly planHash: string;
};

/** By which our question is found again under a pull request: whoever answers below it has seen this plan. */
function questionMarker({ deploymentId, approvalId, planHash }: MarkedQuestion): string {
  return `approval/${deploymentId}/${approvalId}/${planHash}`;
}

/** The question that this marker names; undefined for any other marker. */
export function questionOf(marker: string): MarkedQuestion | undefined {
  const [, deploymentId, approvalId, planHash] = MARKED.exec(marker) ?? [];
  if (deploymentId === undefined || approvalId === undefined || planHash === undefined) return undefined;
  return { deploymentId, approvalId, planHash };
}

/**
 * The pull request that brought the revision: the one whose merge made it, else the one whose head it is, else the newest
 * that was merged. undefined where it came without one.
 */
export function broughtBy(pulls: readonly PullRequest[], revision: string): PullRequest | undefined {
  const newest = pulls.toSorted((a, b) => b.number - a.number);
  return (
    newest.find(({ mergeCommitSha }) => mergeCommitSha === revision) ??
    newest.find(({ headSha, state }) => headSha === revision && state !== 'closed') ??
    newest.find(({ state }) => state === 'merged')
  );
}

/** The question and its marker: what is asked, what the answer is bound to, who may not give it, and the words that do. */
export function askedThere(deployment: Deployment, approvalId: string) {
  const { id, service, environment, data } = deployment;
  const facts = planFactsOf(deployment);
  const { hash } = planOf(facts);
  const notBy = notByOf(deployment).map((who) => `\`${who}\``);
  const text = [
    `**${service} in ${environment}: the deployment of ${data.revision.slice(0, 7)} needs your approval**`,
    '',
    ...['| what a yes is bound to | |', '|---|---|'],
    ...Object.entries(facts).map(([name, value]) => `| ${name} | ${value === '' ? '-' : value} |`),
    `| plan | \`${hash}\` |`,
    '',
    `Until ${data.deadlineAt ?? 'its end'}, an approver who may write here can answer; who wrote the change or asked for this may not approve it (${notBy.join(', ')}).`,
    'Comment here, in a line of its own:',
    ...['- `APPROVE <why>`', '- `ABORT <why>`'],
    `Where more than one question stands open here, name this one: \`APPROVE ${approvalId} <why>\`.`,
    `Or \`holdfast approve ${approvalId} --reason "<why>"\`. Why it stands here: \`holdfast explain deployment ${id}\`.`,
  ].join('\n');
  return { marker: questionMarker({ deploymentId: id, approvalId, planHash: hash }), text };
}
