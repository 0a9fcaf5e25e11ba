import { answerApprovalBy, approvalView } from '../../shared/approvals/index.ts';
import { answerApprovalRoute } from '../runtime/approval-routes.ts';
import { approvalDeps } from '../runtime/approvals.ts';
import { route } from '../runtime/http.ts';

export const handler = route(answerApprovalRoute, async ({ body, caller, params }) =>
  approvalView(
    await answerApprovalBy(approvalDeps(), {
      approvalId: params.id,
      verdict: body.verdict,
      reason: body.reason,
      overrides: body.overrides,
      person: caller.person,
      role: caller.role,
      via: caller.via,
      ...(body.planHash !== undefined && { seenPlanHash: body.planHash }),
    }),
  ),
);
