import { CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Buckets } from '../constructs/buckets.ts';
import { DecisionTables } from '../constructs/decision-tables.ts';
import { LedgerKeys } from '../constructs/ledger-key.ts';
import { LedgerTable } from '../constructs/ledger-table.ts';
import { People } from '../constructs/people.ts';
import { SecretList } from '../constructs/secret-lists.ts';
import { SignalsTable } from '../constructs/signals-table.ts';
import { WorkTable } from '../constructs/work-table.ts';

/** All that must outlive a deployment: what was decided, what was sealed, who the people are, the secrets they set. */
export class DataStack extends Stack {
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly signals: SignalsTable;
  readonly ledger: LedgerTable;
  readonly ledgerKeys: LedgerKeys;
  readonly buckets: Buckets;
  readonly people: People;
  readonly webhookSecrets: SecretList;
  readonly integrationSecrets: SecretList;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const lockMode = new CfnParameter(this, 'LedgerLockMode', {
      default: 'GOVERNANCE',
      allowedValues: ['GOVERNANCE', 'COMPLIANCE'],
      description: 'Object Lock of the ledger bucket. COMPLIANCE cannot be shortened or lifted by anybody.',
    });
    const lockDays = new CfnParameter(this, 'LedgerLockDays', {
      type: 'Number',
      default: 1,
      minValue: 1,
      description: 'Days for which nothing in the ledger bucket can be removed.',
    });
    this.tables = new DecisionTables(this);
    this.work = new WorkTable(this, 'Work');
    this.signals = new SignalsTable(this, 'Signals');
    this.ledger = new LedgerTable(this, 'Ledger');
    this.ledgerKeys = new LedgerKeys(this);
    this.buckets = new Buckets(this, 'Buckets', {
      lockMode: lockMode.valueAsString,
      lockDays: lockDays.valueAsNumber,
    });
    this.people = new People(this, 'People');
    this.webhookSecrets = new SecretList(this, 'WebhookSecrets', {
      variable: 'WEBHOOK_SECRETS',
      description:
        'Per webhook source (argocd, alertmanager, github, cloudevents, grafana, slack, pagerduty, generic) a list of accepted secrets, and under metrics the tokens of a Prometheus: {"argocd":[]}',
    });
    this.integrationSecrets = new SecretList(this, 'IntegrationSecrets', {
      variable: 'INTEGRATION_SECRETS',
      description: 'Tokens to reach other systems: {"github":"","argocd":"","prometheus":""}',
    });
  }
}
