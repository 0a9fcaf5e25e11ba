import { inTurn } from '../sandbox/pushes.ts';
import type { World } from '../world.ts';
import { answerAs } from './at-api.ts';
import { until } from './attempt.ts';

const HEALTHY_WITHIN_SECONDS = 40;
/** At 20 requests a second: enough of them that 99 % can be told from 93 %. */
const MEASURED_MS = 3000;

export type Level = 'observe' | 'suggest' | 'approve' | 'auto';
type Behaviour = Parameters<World['sandbox']['release']>[1];

export type Place = {
  /** `staging` when absent. */
  readonly environment?: string;
  /** The repository of the manifests; acme/gitops when absent. */
  readonly gitops?: string;
  readonly replicas?: number;
  /** Waits of the service's own, in seconds before scaling. */
  readonly timings?: Readonly<Record<string, number>>;
  /** A rollback is merged there only once a signed checkpoint covers the decision that allows it. */
  readonly awaitCheckpoint?: boolean;
};

/** A service that runs a good revision, is under load, and is registered with a level of autonomy. */
export async function prepareService(
  world: World,
  name: string,
  level: Level,
  place: Place = {},
): Promise<string> {
  const { environment = 'staging', gitops, replicas } = place;
  const revision = await world.sandbox.addService({
    ...{ name, environment },
    ...(gitops !== undefined && { gitops }),
    ...(replicas !== undefined && { replicas }),
  });
  await registerService(world, name, place);
  if (level !== 'observe')
    await setAutonomy(world, { service: name, environment, action: 'rollback', level });
  await healthyOn(world, name, revision, environment);
  await measured();
  return revision;
}

type Setting = {
  readonly service: string;
  readonly environment: string;
  readonly action: 'rollback' | 'deploy';
  readonly level: string;
};

const turns = new WeakMap<World, ReturnType<typeof inTurn>>();

/** One after the other: all levels stand in one table, and who changes it at the same moment as another is refused. */
export function setAutonomy(world: World, setting: Setting): Promise<void> {
  const turn = turns.get(world) ?? inTurn();
  turns.set(world, turn);
  return turn(() => setLevel(world, setting));
}

/** Sets a level as dana; where a higher one needs another person, lee approves it. */
async function setLevel(world: World, setting: Setting): Promise<void> {
  const answer = (await world.api('PUT', '/v1/autonomy', setting)) as { approval?: { id: string } };
  if (answer.approval !== undefined) await approveAsLee(world, answer.approval.id);
}

async function approveAsLee(world: World, approval: string): Promise<void> {
  const { status, body } = await answerAs(world, 'lee', approval, 'approve', 'the level this scenario needs');
  if (status !== 200) throw new Error(`lee could not approve ${approval}: ${JSON.stringify(body)}`);
}

/** The registry's entry of a sandbox service. */
function registerService(world: World, name: string, place: Place): Promise<unknown> {
  const { environment = 'staging', gitops = 'acme/gitops', timings, awaitCheckpoint } = place;
  const application = `${name}-${environment}`;
  return world.api('PUT', `/v1/services/${name}`, {
    tier: 2,
    owners: ['dana'],
    repository: `acme/${name}`,
    environments: {
      [environment]: {
        platform: 'argocd',
        application,
        manifest: {
          repository: gitops,
          branch: 'main',
          path: `apps/${name}/${environment}.yaml`,
          pointer: '/spec/source/targetRevision',
        },
        ...(awaitCheckpoint !== undefined && { awaitCheckpoint }),
      },
    },
    selectors: [{ source: 'argocd', environment, match: { app: application } }],
    ...(timings !== undefined && { timings }),
  });
}

/** Commits a revision and deploys it as a person would; does not wait for it. */
export async function deploy(
  world: World,
  name: string,
  behaviour: Behaviour,
  message: string,
  environment = 'staging',
): Promise<string> {
  const sha = await world.sandbox.release(name, behaviour, message, 'dana');
  await world.sandbox.promote(name, environment, sha, 'dana');
  return sha;
}

/** Deploys a revision, waits until it is Healthy, and lets it serve for as long as its uptime needs. */
export async function deployAndMeasure(
  world: World,
  name: string,
  behaviour: Behaviour,
  message: string,
  environment = 'staging',
): Promise<string> {
  const sha = await deploy(world, name, behaviour, message, environment);
  await healthyOn(world, name, sha, environment);
  await measured();
  return sha;
}

/** Waits until the deployer reports the service Healthy on a revision. */
export async function healthyOn(
  world: World,
  name: string,
  revision: string,
  environment = 'staging',
): Promise<void> {
  await until(`${name} to be Healthy on ${revision.slice(0, 7)}`, HEALTHY_WITHIN_SECONDS, async () => {
    const snapshot = world.sandbox.deployer.snapshot(`${name}-${environment}`);
    return snapshot?.deployed === revision && snapshot.health.status === 'Healthy' ? true : undefined;
  });
}

function measured(): Promise<void> {
  return new Promise((done) => setTimeout(done, MEASURED_MS));
}
