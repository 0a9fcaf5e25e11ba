import compiled from './built-in-set.json' with { type: 'json' };
import { PolicySet, type PolicySetDocument } from './contract.ts';

/**
 * The policies that Holdfast comes with: the seed's, and how fast the error budget is being spent. They hold until an
 * admin puts a set of one's own, which replaces them as a whole.
 */
export const BUILT_IN_POLICIES: PolicySetDocument = {
  policies: [
    {
      id: 'baseline',
      title: 'what no policy forbids is permitted',
      severity: 'low',
      cedar: 'permit(principal, action, resource);',
    },
    {
      id: 'critical-service-human-review',
      title: 'a critical service at a risk above 0.5 is looked at by a person',
      severity: 'high',
      cedar:
        'forbid(principal, action == Action::"deploy-without-approval", resource)\nwhen { context.tier == 1 && context.score.greaterThan(decimal("0.5")) };',
    },
    {
      id: 'freeze-windows',
      title: 'a calendar says that nothing is deployed now',
      severity: 'medium',
      cedar: 'forbid(principal, action == Action::"deploy", resource)\nwhen { !context.freezes.isEmpty() };',
    },
    {
      id: 'error-budget-protection',
      title: 'the error budget is spent',
      severity: 'critical',
      cedar:
        'forbid(principal, action == Action::"deploy", resource)\nwhen { context.budget.declared && context.budget.exhausted };',
    },
    {
      id: 'error-budget-low',
      title: 'less than a tenth of the error budget is left',
      severity: 'medium',
      cedar:
        'forbid(principal, action == Action::"deploy-without-warning", resource)\nwhen { context.budget.declared && context.budget.remaining.lessThan(decimal("0.1")) && !context.budget.exhausted };',
    },
    {
      id: 'error-budget-burning',
      title: 'the error budget is being spent so fast that somebody is paged',
      severity: 'high',
      cedar:
        'forbid(principal, action == Action::"deploy-without-approval", resource)\nwhen { context.budget.declared && ["fast", "slow"].contains(context.budget.burning) };',
    },
    {
      id: 'db-migration-review',
      title: 'a migration of a critical or high service is looked at by a person',
      severity: 'high',
      cedar:
        'forbid(principal, action == Action::"deploy-without-approval", resource)\nwhen { context.change.migration && context.tier <= 2 };',
    },
    {
      id: 'large-change-caution',
      title: 'more than 1000 lines change at once',
      severity: 'medium',
      cedar:
        'forbid(principal, action == Action::"deploy-without-warning", resource)\nwhen { context.change.lines > 1000 };',
    },
    {
      id: 'gdpr-data-processing',
      title: 'a change that handles personal data at a risk above 0.3 is looked at by a person',
      severity: 'high',
      cedar:
        'forbid(principal, action == Action::"deploy-without-approval", resource)\nwhen { context.change.dataClasses.contains("personal") && context.score.greaterThan(decimal("0.3")) };',
    },
    {
      id: 'pci-compliance-check',
      title: 'a change that handles payment data needs a service that was found compliant',
      severity: 'critical',
      cedar:
        'forbid(principal, action == Action::"deploy", resource)\nwhen { context.change.dataClasses.contains("payment") && !context.compliance.payment };',
    },
  ],
  calendars: {
    'friday-afternoon': {
      zone: 'UTC',
      weekly: [{ from: { day: 'Fri', time: '16:00' }, to: { day: 'Sat', time: '00:00' } }],
      dates: [],
    },
  },
  exceptions: [],
  compliance: { payment: [] },
};

/** The same as they are evaluated: made by Cedar (a test shows it), so that evaluating needs no Cedar. */
export const BUILT_IN_SET: PolicySet = PolicySet.parse(compiled);
