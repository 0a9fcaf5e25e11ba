import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Hono } from 'hono';
import { FUNCTION_BEHAVIOURS, type FunctionBehaviour } from './lambda/code.ts';
import { type Listening, listen } from './listen.ts';
import type { Sandbox } from './sandbox.ts';
import { BEHAVIOURS, type Behaviour } from './services/revisions.ts';

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const DEFAULT_REPLICAS = 3;
const DEFAULT_CALLS = 50;
/** `callsPerSecond` only of a function. */
type Added = {
  readonly name: string;
  readonly environment: string;
  readonly replicas: number;
  readonly callsPerSecond?: number;
};
type Body = Readonly<Record<string, unknown>>;

/**
 * What the sandbox's people do: add a service or a function, deploy a revision, publish a version, take away what services
 * depend on. Loopback only.
 */
export async function startDesk(sandbox: Sandbox, port: number, file: string): Promise<Listening> {
  const app = new Hono();
  const applications = new Map<string, Added>();
  const functions = new Map<string, Added>();
  const remember = () =>
    writeFileSync(file, JSON.stringify([...applications.values(), ...functions.values()]));
  for (const added of remembered(file)) {
    const { name, environment, callsPerSecond } = added;
    if (callsPerSecond === undefined) await sandbox.addService(added);
    else await sandbox.lambda.addService({ service: name, environment, callsPerSecond });
    (callsPerSecond === undefined ? applications : functions).set(`${name}-${environment}`, added);
  }
  app.onError((error, context) => context.json({ message: error.message }, 400));
  app.get('/', (context) =>
    context.json({
      behaviours: BEHAVIOURS,
      applications: [...applications.keys()].map((name) => overview(sandbox, name)),
    }),
  );
  app.post('/services', async (context) => {
    const body: Body = await context.req.json();
    const name = nameIn(body, 'name');
    const environment = nameIn(body, 'environment', 'staging');
    const replicas = Number(body.replicas ?? DEFAULT_REPLICAS);
    const revision = await sandbox.addService({ name, environment, replicas });
    applications.set(`${name}-${environment}`, { name, environment, replicas });
    remember();
    return context.json({ application: `${name}-${environment}`, repository: `acme/${name}`, revision });
  });
  app.post('/deployments', async (context) => {
    const body: Body = await context.req.json();
    const service = nameIn(body, 'service');
    const environment = nameIn(body, 'environment', 'staging');
    const behaviour = behaviourIn(body);
    const message = typeof body.message === 'string' ? body.message : `Deploy a ${behaviour} revision`;
    const revision = await sandbox.release(service, behaviour, message, 'dana');
    await sandbox.promote(service, environment, revision, 'dana');
    return context.json({ service, environment, behaviour, revision });
  });
  app.post('/functions', async (context) => {
    const body: Body = await context.req.json();
    const service = nameIn(body, 'name');
    const environment = nameIn(body, 'environment', 'staging');
    const callsPerSecond = Number(body.callsPerSecond ?? DEFAULT_CALLS);
    const place = await sandbox.lambda.addService({ service, environment, callsPerSecond });
    functions.set(place.function, { name: service, environment, replicas: 0, callsPerSecond });
    remember();
    return context.json(place);
  });
  app.post('/versions', async (context) => {
    const body: Body = await context.req.json();
    const service = nameIn(body, 'service');
    const environment = nameIn(body, 'environment', 'staging');
    const [name, behaviour] = functionBehaviourIn(body);
    const message = typeof body.message === 'string' ? body.message : `Release a ${name} revision`;
    const revision = await sandbox.lambda.release(service, behaviour, message, 'dana');
    const version = await sandbox.lambda.publish({ service, environment }, revision);
    return context.json({ service, environment, behaviour: name, revision, version });
  });
  app.post('/dependency', async (context) => {
    const { up }: Body = await context.req.json();
    await (up === true ? sandbox.dependency.start() : sandbox.dependency.stop());
    return context.json({ up: up === true });
  });
  return listen(app.fetch, port);
}

/** The services that were added before a restart: they run again after it. */
function remembered(file: string): readonly Added[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

function nameIn(body: Body, field: string, otherwise?: string): string {
  const value = body[field] ?? otherwise;
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw new Error(`${field} must be lower-case letters, digits and dashes`);
}

function behaviourIn(body: Body): Behaviour {
  const found = BEHAVIOURS.find((behaviour) => behaviour === body.behaviour);
  if (found === undefined) throw new Error(`behaviour must be one of ${BEHAVIOURS.join(', ')}`);
  return found;
}

function functionBehaviourIn(body: Body): readonly [name: string, FunctionBehaviour] {
  const known = Object.entries(FUNCTION_BEHAVIOURS);
  const found = known.find(([name]) => name === body.behaviour);
  if (found === undefined)
    throw new Error(`behaviour must be one of ${known.map(([name]) => name).join(', ')}`);
  return found;
}

function overview(sandbox: Sandbox, application: string) {
  const snapshot = sandbox.deployer.snapshot(application);
  return {
    application,
    health: snapshot?.health,
    deployed: snapshot?.deployed,
    replicas: snapshot?.replicas,
  };
}
