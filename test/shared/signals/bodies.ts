/** Bodies as their senders shape them, small and our own; tests change what they are about. */
export const NOW = '2026-11-21T10:00:00.000Z';
export const SHA = 'a'.repeat(40);

export function argocdBody(change: Readonly<Record<string, unknown>> = {}) {
  return {
    schema: 'argocd.v1',
    trigger: 'on-health-degraded',
    app: 'shop-staging',
    namespace: 'argocd',
    project: 'default',
    health: { status: 'Degraded', lastTransitionTime: '2026-11-21T09:59:00Z', message: 'said "no"' },
    sync: { status: 'Synced', revision: SHA },
    operationState: { phase: 'Succeeded', syncResult: { revision: SHA } },
    history: [],
    labels: { team: 'shop' },
    conditions: null,
    argocdUrl: 'https://argocd.example.test',
    ...change,
  };
}

export function alert(change: Readonly<Record<string, unknown>> = {}) {
  return {
    status: 'firing',
    labels: { alertname: 'TooManyErrors', job: 'shop', severity: 'critical' },
    annotations: { summary: 'errors over 5 %', runbook_url: 'https://runbooks.example.test/errors' },
    startsAt: '2026-11-21T09:58:00.000Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'https://prometheus.example.test/graph',
    fingerprint: 'f1',
    ...change,
  };
}

export function alertGroup(...alerts: readonly unknown[]) {
  return { version: '4', groupKey: '{}:{job="shop"}', status: 'firing', truncatedAlerts: 0, alerts };
}

export function alarmEvent(value: string, state: Readonly<Record<string, unknown>> = {}) {
  return {
    id: `id-${value}`,
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-21T09:59:00Z',
    resources: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ShopErrors'],
    detail: {
      alarmName: 'ShopErrors',
      state: { value, timestamp: '2026-11-21T09:58:30.989+0000', reason: 'Threshold Crossed', ...state },
      configuration: {
        metrics: [
          {
            id: 'm1',
            metricStat: { metric: { namespace: 'Shop', name: 'Errors', dimensions: { Service: 'shop' } } },
          },
        ],
      },
    },
  };
}

export function checkRunBody(conclusion: string | null) {
  return {
    action: conclusion === null ? 'created' : 'completed',
    repository: { full_name: 'acme/gitops' },
    check_run: {
      name: 'test',
      head_sha: SHA,
      status: conclusion === null ? 'in_progress' : 'completed',
      conclusion,
      started_at: '2026-11-21T09:50:00Z',
    },
  };
}

/** A comment of a person on a pull request; `change` is of the whole body. */
export function commentBody(change: Readonly<Record<string, unknown>> = {}) {
  return {
    action: 'created',
    repository: { full_name: 'acme/gitops' },
    issue: { number: 7, pull_request: { url: 'https://api.example.test/pulls/7' } },
    comment: {
      id: 42,
      body: 'APPROVE looks right',
      created_at: '2026-11-21T09:59:30Z',
      html_url: 'https://forge.example.test/acme/gitops/pull/7#issuecomment-42',
      user: { login: 'dana', type: 'User' },
    },
    ...change,
  };
}
