import type { Deployment } from './deployment.ts';
import type { PlannedRollout } from './planned-rollout.ts';
import type { DeploymentDeps } from './ports.ts';
import { type AskAgainInputs, askAgain } from './rules/ask-again.ts';
import { type Move, takeStep } from './take-step.ts';

/**
 * Asks people anew where the rollout that would run `now` is not the one that they were asked about; undefined where it is,
 * and where nobody was asked about one: by nobody at all, or by an earlier release, whose question did not name it. Throws
 * Fault('Conflict') when the deployment moved meanwhile.
 */
export async function askAgainIfMoved(
  deps: DeploymentDeps,
  deployment: Deployment,
  { key, now }: { readonly key: string; readonly now: PlannedRollout | undefined },
): Promise<Deployment | undefined> {
  const asked = deployment.data.planned;
  if (asked === undefined || now === undefined) return undefined;
  const inputs: AskAgainInputs = { asked, now };
  if (askAgain.decide(inputs).moved.length === 0) return undefined;
  return takeStep(deps, deployment, {
    ...{ key, rule: askAgain, inputs },
    move: ({ moved }): Move => ({
      event: 'ApprovalRequired',
      state: { kind: 'AwaitingApproval' },
      reasons: moved.map((name) => ({
        code: 'PLAN_MOVED',
        text: `${name} was ${asked[name]} when people were asked, and is ${now[name]}`,
      })),
      data: { planned: now },
    }),
  });
}
