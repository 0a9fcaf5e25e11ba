/**
 * Metric names, in namespace `Holdfast`. `_total` counts, `_seconds` is measured in seconds, the other two are gauges of the
 * health sweep. docs/runbook.md says what each alarm over them means.
 */
export const METRICS = {
  detected: 'degradations_detected_total',
  proposed: 'rollbacks_proposed_total',
  merged: 'rollbacks_merged_total',
  aborted: 'rollbacks_aborted_total',
  ended: 'rollbacks_ended_total',
  recovered: 'rollbacks_recovered_total',
  paged: 'rollbacks_paged_total',
  denied: 'permission_denied_total',
  violations: 'invariant_violations_total',
  integrationErrors: 'integration_errors_total',
  budgetLow: 'forge_budget_low_total',
  sweeps: 'health_sweeps_total',
  state: 'rollback_state',
  active: 'active_rollbacks',
  timeToDetect: 'time_to_detect_seconds',
  timeToMitigate: 'time_to_mitigate_seconds',
  timeToRecover: 'time_to_recover_seconds',
  candidateSearch: 'candidate_search_seconds',
  integrationCall: 'integration_call_seconds',
} as const;
