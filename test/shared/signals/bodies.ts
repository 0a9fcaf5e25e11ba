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

/** An event of AWS's bus; `detail` as its source writes it. */
export function awsEvent(source: string, detailType: string, detail: unknown, change: object = {}) {
  return {
    version: '0',
    id: 'event-1',
    source,
    'detail-type': detailType,
    account: '123456789012',
    region: 'eu-west-1',
    time: '2026-11-21T09:59:00Z',
    resources: ['arn:aws:ecs:eu-west-1:123456789012:service/main/shop'],
    detail,
    ...change,
  };
}

export function ecsDeployment(eventName: string, at: string, reason = 'because') {
  const detail = { eventType: 'INFO', eventName, deploymentId: 'ecs-svc/1', updatedAt: at, reason };
  return awsEvent('aws.ecs', 'ECS Deployment State Change', detail, { id: `${eventName} ${at} ${reason}` });
}

export function pagerdutyEvent(type: string, data: Readonly<Record<string, unknown>> = {}, occurredAt = NOW) {
  return {
    event: {
      id: `01 ${type} ${occurredAt}`,
      event_type: type,
      resource_type: 'incident',
      occurred_at: occurredAt,
      data: {
        id: 'PINC1',
        type: 'incident',
        html_url: 'https://example.test/incidents/PINC1',
        status: 'triggered',
        created_at: '2026-11-21T09:57:00Z',
        title: 'shop is slow',
        service: { id: 'PSVC1', summary: 'Shop' },
        urgency: 'high',
        ...data,
      },
    },
  };
}

/** Grafana's form: Alertmanager's, with an organisation and a version of its own. */
export function grafanaGroup(...alerts: readonly unknown[]) {
  return { ...alertGroup(...alerts), orgId: 1, version: '1', title: '[FIRING:1]', state: 'alerting' };
}

export function genericBody(change: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'shop-latency',
    status: 'firing',
    service: 'shop',
    environment: 'staging',
    severity: 'high',
    title: 'p99 over 2 s',
    startsAt: '2026-11-21T09:58:00Z',
    labels: { region: 'eu' },
    links: ['https://dash.example.test/shop'],
    ...change,
  };
}

export function slackEvent(change: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'event_callback',
    team_id: 'T1',
    api_app_id: 'A1',
    event_id: 'Ev1',
    event_time: 1795255200,
    event: { type: 'message', channel: 'C1', user: 'U1', ts: '1795255200.000200', text: 'shop is broken' },
    ...change,
  };
}
