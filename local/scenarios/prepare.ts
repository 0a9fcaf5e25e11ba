import type { World } from '../world.ts';
import { until } from './attempt.ts';

const ENVIRONMENT = 'staging';
const HEALTHY_WITHIN_SECONDS = 20;
/** At 20 requests a second: enough of them that 99 % can be told from 93 %. */
const MEASURED_MS = 3000;

export type Level = 'observe' | 'suggest' | 'approve' | 'auto';

/** A service that runs a good revision in staging, is under load, and is registered with a level of autonomy. */
export async function prepareService(world: World, name: string, level: Level): Promise<string> {
  const revision = await world.sandbox.addService({ name, environment: ENVIRONMENT });
  await registerService(world, name);
  if (level !== 'observe') {
    await world.api('PUT', '/v1/autonomy', {
      service: name,
      environment: ENVIRONMENT,
      action: 'rollback',
      level,
    });
  }
  await healthyOn(world, name, revision);
  await measured();
  return revision;
}

/** The registry's entry of a sandbox service. */
function registerService(world: World, name: string): Promise<unknown> {
  return world.api('PUT', `/v1/services/${name}`, {
    tier: 2,
    owners: ['dana'],
    repository: `acme/${name}`,
    environments: {
      [ENVIRONMENT]: {
        platform: 'argocd',
        application: `${name}-${ENVIRONMENT}`,
        manifest: {
          repository: 'acme/gitops',
          branch: 'main',
          path: `apps/${name}/${ENVIRONMENT}.yaml`,
          pointer: '/spec/source/targetRevision',
        },
      },
    },
    selectors: [{ source: 'argocd', environment: ENVIRONMENT, match: { app: `${name}-${ENVIRONMENT}` } }],
  });
}

type Behaviour = Parameters<World['sandbox']['release']>[1];

/** Commits a revision and deploys it as a person would; does not wait for it. */
export async function deploy(
  world: World,
  name: string,
  behaviour: Behaviour,
  message: string,
): Promise<string> {
  const sha = await world.sandbox.release(name, behaviour, message, 'dana');
  await world.sandbox.promote(name, ENVIRONMENT, sha, 'dana');
  return sha;
}

/** Deploys a revision, waits until it is Healthy, and lets it serve for as long as its uptime needs. */
export async function deployAndMeasure(
  world: World,
  name: string,
  behaviour: Behaviour,
  message: string,
): Promise<string> {
  const sha = await deploy(world, name, behaviour, message);
  await healthyOn(world, name, sha);
  await measured();
  return sha;
}

/** Waits until the deployer reports the service Healthy on a revision. */
export async function healthyOn(world: World, name: string, revision: string): Promise<void> {
  await until(`${name} to be Healthy on ${revision.slice(0, 7)}`, HEALTHY_WITHIN_SECONDS, async () => {
    const snapshot = world.sandbox.deployer.snapshot(`${name}-${ENVIRONMENT}`);
    return snapshot?.deployed === revision && snapshot.health.status === 'Healthy' ? true : undefined;
  });
}

function measured(): Promise<void> {
  return new Promise((done) => setTimeout(done, MEASURED_MS));
}
