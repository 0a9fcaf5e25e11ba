import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FUNCTIONS_DIR } from './bundle.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DataStack } from './stacks/data.ts';
import { DeploymentsStack } from './stacks/deployments.ts';
import { ObservabilityStack } from './stacks/observability.ts';

type BuildOptions = {
  /** Where the cloud assembly goes; by default where the CDK command line wants it. */
  readonly outdir?: string;
  /** Where the bundles of `bundleFunctions` lie. */
  readonly functionsDir?: string;
};

/** The whole app: four stacks that no account or region is written into. Call `synth()` on what it returns. */
export function buildApp(options: BuildOptions = {}): App {
  const app = new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    analyticsReporting: false,
    // In process the same templates come out as by the command line, which reads cdk.json itself.
    context: { ...featureFlags(), 'aws:cdk:enable-path-metadata': true },
  });
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
  new ObservabilityStack(app, 'HoldfastObservability', {
    description: 'Holdfast: dashboard and alarms',
    controlPlane,
    deployments,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function featureFlags(): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'cdk.json'), 'utf8')).context;
}
