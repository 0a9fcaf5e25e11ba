import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callApi } from './call-api.ts';
import { type CloudFace, startCloudProcess } from './cloud-process.ts';
import { type Sandbox, startSandbox } from './sandbox/sandbox.ts';
import { readWorkflowTime, type WorkflowTime } from './workflow-time.ts';

export type WorldOptions = {
  readonly assembly: string;
  /** Everything durable of the local cloud and the sandbox. */
  readonly dataDir: string;
  /** Of the HTTP API; the AWS endpoint and the sandbox take the next six. 0 takes free ones. */
  readonly port: number;
  readonly speed: number;
  readonly log: (line: string) => void;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Loaded into the process of the cloud before it starts. */
  readonly preload?: string;
};

/** Secrets of this machine only, drawn once for a data folder. */
export type LocalSecrets = Parameters<typeof startSandbox>[0]['secrets'] & {
  readonly alertmanagerWebhook: string;
  readonly cloudeventsWebhook: string;
  readonly grafanaWebhook: string;
  readonly slackWebhook: string;
  readonly pagerdutyWebhook: string;
  readonly genericWebhook: string;
  /** What a Prometheus reads the metrics with. */
  readonly metricsScrape: string;
  /** What the people of the sandbox sign in to the forge with. */
  readonly danaAtForge: string;
  readonly leeAtForge: string;
};

export type Role = (typeof ROLES)[number];
export type ApiCall = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  role?: Role,
) => Promise<unknown>;

/** Holdfast on the local cloud, and the sandbox world that it manages. */
export type World = {
  readonly cloud: CloudFace;
  readonly sandbox: Sandbox;
  readonly secrets: LocalSecrets;
  readonly speed: number;
  /** The HTTP API as a person with a role (default admin). Throws an Error for an answer that is no success. */
  readonly api: ApiCall;
  readonly token: (role: Role) => string;
  /** What the workflow of a rollback, a deployment or a rollout took, from its recorded history. */
  readonly workflowTime: (subjectId: string) => Promise<WorkflowTime>;
  readonly close: () => Promise<void>;
};

/** Starts the sandbox, then the local cloud with the sandbox as its outside world, then lets the webhooks flow. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { dataDir, port, speed, log } = options;
  const secrets = localSecrets(dataDir);
  const sandbox = await startSandbox({
    dataDir: join(dataDir, 'sandbox'),
    speed,
    secrets,
    people: { dana: secrets.danaAtForge, lee: secrets.leeAtForge },
    ...(port !== 0 && {
      ports: { forge: port + 2, argocd: port + 3, prometheus: port + 4, lambda: port + 6 },
    }),
    log: (event, fields) => log(`sandbox ${event} ${JSON.stringify(fields)}`),
  });
  // biome-ignore lint/style/noProcessEnv: where this machine has no engine of its own, the owner names one
  const dynamoDbEndpoint = process.env.HOLDFAST_DYNAMODB_ENDPOINT;
  const cloud = await startCloudProcess(
    {
      assembly: options.assembly,
      dataDir: join(dataDir, 'cloud'),
      port,
      speed,
      outside: sandbox.lambda.url,
      parameters: {
        ForgeUrl: sandbox.forge.url,
        ArgocdUrl: sandbox.deployer.url,
        PrometheusUrl: sandbox.prometheusUrl,
        ManagedFunctions: '*',
        SlackUrl: sandbox.inbox.url,
        SlackChannel: 'C-ONCALL',
        ...options.parameters,
      },
      ...(dynamoDbEndpoint !== undefined && { dynamoDbEndpoint }),
      ...(options.preload !== undefined && { preload: options.preload }),
    },
    log,
  );
  await storeSecrets(cloud, secrets);
  sandbox.connect(cloud.api);
  const tokens = await tokensOf(cloud.issuer);
  const token = (role: Role) => tokens[role];
  return {
    cloud,
    sandbox,
    secrets,
    speed,
    token,
    api: (method, path, body, role = 'admin') => callApi(cloud.api, token(role), { method, path, body }),
    workflowTime: (subjectId) => readWorkflowTime(cloud, subjectId),
    close: async () => {
      await sandbox.close();
      await cloud.close();
    },
  };
}

const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;

/** A token for each role, good for an hour, from the local issuer. */
async function tokensOf(issuer: string): Promise<Readonly<Record<Role, string>>> {
  const entries = ROLES.map(async (role) => {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: JSON.stringify({ person: 'dana', groups: [role] }),
    });
    return [role, ((await response.json()) as { id_token: string }).id_token] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Role, string>;
}

function localSecrets(dataDir: string): LocalSecrets {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  mkdirSync(dataDir, { recursive: true });
  const names = [
    'github',
    'argocd',
    'prometheus',
    'slack',
    'githubWebhook',
    'argocdWebhook',
    'alertmanagerWebhook',
    'cloudeventsWebhook',
    'grafanaWebhook',
    'slackWebhook',
    'pagerdutyWebhook',
    'genericWebhook',
    'metricsScrape',
    'danaAtForge',
    'leeAtForge',
  ];
  const secrets = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')]));
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets as LocalSecrets;
}

/** What an operator does once after a deployment: docs/deploy.md. */
async function storeSecrets(cloud: CloudFace, secrets: LocalSecrets): Promise<void> {
  const output = (name: string) => cloud.outputs[`HoldfastControlPlane.${name}`];
  const webhooks = {
    argocd: [secrets.argocdWebhook],
    alertmanager: [secrets.alertmanagerWebhook],
    github: [secrets.githubWebhook],
    cloudevents: [secrets.cloudeventsWebhook],
    grafana: [secrets.grafanaWebhook],
    slack: [secrets.slackWebhook],
    pagerduty: [secrets.pagerdutyWebhook],
    generic: [secrets.genericWebhook],
    metrics: [secrets.metricsScrape],
  };
  const { github, argocd, prometheus, slack } = secrets;
  await cloud.call('secretsmanager', 'PutSecretValue', {
    SecretId: output('WebhookSecretsArn'),
    SecretString: JSON.stringify(webhooks),
  });
  await cloud.call('secretsmanager', 'PutSecretValue', {
    SecretId: output('IntegrationSecretsArn'),
    SecretString: JSON.stringify({ github, argocd, prometheus, slack }),
  });
}
