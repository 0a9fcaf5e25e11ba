import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Approvals } from '../constructs/approvals.ts';
import { HoldfastBus } from '../constructs/event-bus.ts';
import type { FunctionSetting } from '../constructs/function.ts';
import { HoldfastApi } from '../constructs/http-api.ts';
import { Ledger } from '../constructs/ledger.ts';
import { Metrics } from '../constructs/metrics.ts';
import { MissedDeliveries } from '../constructs/missed-deliveries.ts';
import { OutsideWorld } from '../constructs/outside-world.ts';
import { PeopleInTheLoop } from '../constructs/people-in-the-loop.ts';
import { Policies } from '../constructs/policies.ts';
import { Rollbacks } from '../constructs/rollbacks.ts';
import { Services } from '../constructs/services.ts';
import { Signals } from '../constructs/signals.ts';
import type { DataStack } from './data.ts';

type ControlPlaneProps = StackProps & { readonly data: DataStack; readonly functionsDir: string };

/** All that can be replaced: functions, workflow, bus, API. */
export class ControlPlaneStack extends Stack {
  readonly setting: FunctionSetting;
  readonly world: OutsideWorld;
  readonly bus: HoldfastBus;
  readonly approvals: Approvals;
  readonly services: Services;
  readonly signals: Signals;
  readonly rollbacks: Rollbacks;
  readonly people: PeopleInTheLoop;
  readonly ledger: Ledger;
  readonly ledgerId: string;
  readonly api: HoldfastApi;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id, props);
    const { data } = props;
    const parameters = this.declareParameters();
    const { logRetentionDays } = parameters;
    const setting = { functionsDir: props.functionsDir, logRetentionDays };
    const world = new OutsideWorld({ ...parameters, secrets: data.integrationSecrets });
    this.ledgerId = parameters.ledgerId;
    this.setting = setting;
    this.world = world;

    this.approvals = new Approvals(this, 'Approvals', {
      setting,
      issuers: data.people.issuers(),
      additionalIssuers: parameters.additionalIssuers,
    });
    this.api = new HoldfastApi(this, 'HttpApi', {
      authorizer: this.approvals.authorizeRequest,
      logRetentionDays,
    });
    this.bus = new HoldfastBus(this, 'Events');
    const { api, bus } = this;
    const shared = { setting, api, tables: data.tables, work: data.work, world, bus };
    this.services = new Services(this, 'Services', shared);
    this.rollbacks = new Rollbacks(this, 'Rollbacks', {
      ...shared,
      ledger: data.ledger,
      ledgerId: parameters.ledgerId,
    });
    const { workflow } = this.rollbacks;
    this.people = new PeopleInTheLoop(this, 'People', { ...shared, workflow });
    new Policies(this, 'Policies', shared);
    const failures = data.buckets.failures;
    const { signals, webhookSecrets, ledger } = data;
    this.signals = new Signals(this, 'Signals', { ...shared, signals, webhookSecrets, failures });
    new Metrics(this, 'Metrics', { ...shared, webhookSecrets });
    new MissedDeliveries(this, 'MissedDeliveries', { setting, world });
    this.ledger = new Ledger(this, 'Ledger', { ...shared, ledger, failures, ledgerId: parameters.ledgerId });

    // a signal may open a rollback, or be what one waits for
    this.rollbacks.grantOpen(this.signals.routeSignals);
    this.rollbacks.workflow.grantWake(this.signals.routeSignals);
    data.work.grantReadWaits(this.signals.routeSignals);
    this.people.grantAnnounce(this.signals.routeSignals);
    this.declareOutputs(data);
  }

  private declareParameters() {
    const text = (name: string, otherwise: string, description: string) =>
      new CfnParameter(this, name, { default: otherwise, description }).valueAsString;
    const logRetention = new CfnParameter(this, 'LogRetention', {
      type: 'Number',
      default: 30,
      allowedValues: ['1', '3', '5', '7', '14', '30', '60', '90', '180', '365', '731', '1827', '3653'],
      description: 'Days for which logs are kept.',
    });
    return {
      forgeUrl: text('ForgeUrl', 'https://api.github.com', 'Base URL of the REST API of GitHub.'),
      argocdUrl: text(
        'ArgocdUrl',
        '',
        'Base URL of Argo CD; empty: no health can be read, and nothing acts.',
      ),
      prometheusUrl: text(
        'PrometheusUrl',
        '',
        'Base URL of Prometheus; empty: no uptime, and nothing auto-merges.',
      ),
      slackUrl: text('SlackUrl', 'https://slack.com/api', 'Base URL of the Web API of Slack.'),
      slackChannel: text(
        'SlackChannel',
        '',
        'Channel id that people are told in; empty: nobody is told in a chat.',
      ),
      ledgerId: text(
        'LedgerId',
        'holdfast',
        'Name of the ledger; it is sealed into every entry. Never change it.',
      ),
      additionalIssuers: text(
        'AdditionalIssuers',
        '[]',
        'JSON list of further token issuers (docs/deploy.md).',
      ),
      logRetentionDays: logRetention.valueAsNumber,
    };
  }

  private declareOutputs(data: DataStack): void {
    new CfnOutput(this, 'ApiUrl', { value: this.api.api.apiEndpoint });
    new CfnOutput(this, 'Issuer', { value: data.people.issuer });
    new CfnOutput(this, 'ClientId', { value: data.people.client.userPoolClientId });
    new CfnOutput(this, 'UserPoolId', { value: data.people.userPool.userPoolId });
    new CfnOutput(this, 'WebhookSecretsArn', { value: data.webhookSecrets.ref });
    new CfnOutput(this, 'IntegrationSecretsArn', { value: data.integrationSecrets.ref });
  }
}
