import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FUNCTIONS_DIR } from './bundle.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DataStack } from './stacks/data.ts';
import { DeploymentsStack } from './stacks/deployments.ts';
import { LedgerStack } from './stacks/ledger.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { WitnessStack } from './stacks/witness.ts';

type BuildOptions = {
  /** Where the cloud assembly goes; by default where the CDK command line wants it. */
  readonly outdir?: string;
  /** Where the bundles of `bundleFunctions` lie. */
  readonly functionsDir?: string;
};

/** The whole app: five stacks that no account or region is written into. Call `synth()` on what it returns. */
export function buildApp(options: BuildOptions = {}): App {
  const app = newApp(options);
  const data = new DataStack(app, 'HoldfastData', { description: 'Holdfast: what must be kept' });
  const functionsDir = options.functionsDir ?? FUNCTIONS_DIR;
  const controlPlane = new ControlPlaneStack(app, 'HoldfastControlPlane', {
    description: 'Holdfast: functions, workflow, bus and API',
    data,
    functionsDir,
  });
  const deployments = new DeploymentsStack(app, 'HoldfastDeployments', {
    description: 'Holdfast: deployments and rollouts',
    data,
    controlPlane,
  });
  const ledger = new LedgerStack(app, 'HoldfastLedger', {
    description: 'Holdfast: the ledger, signed and published',
    data,
    controlPlane,
  });
  new ObservabilityStack(app, 'HoldfastObservability', {
    description: 'Holdfast: dashboard and alarms',
    controlPlane,
    deployments,
    ledger,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** A witness alone: an app of its own, so that no deployment of the other stacks ever takes it with them. */
export function buildWitnessApp(options: BuildOptions = {}): App {
  const app = newApp(options);
  new WitnessStack(app, 'HoldfastWitness', {
    description: 'Holdfast: a witness of ledgers, for an account of its own',
    functionsDir: options.functionsDir ?? FUNCTIONS_DIR,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function newApp(options: BuildOptions): App {
  return new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    analyticsReporting: false,
    // In process the same templates come out as by the command line, which reads cdk.json itself.
    context: { ...featureFlags(), 'aws:cdk:enable-path-metadata': true },
  });
}

function featureFlags(): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'cdk.json'), 'utf8')).context;
}
