import { putPeople } from '../../shared/approvals/index.ts';
import type { Clock, Random } from '../../shared/kernel/index.ts';
import { putAutonomy, putService } from '../../shared/services/index.ts';
import { GITOPS, manifestPath, POINTER } from '../support/memory-world.ts';
import type { Plan } from './plan.ts';
import type { Watched } from './watched-world.ts';

const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;

/** Registers the services of a plan, with people, and lets them run well; answers each one's revisions, oldest first. */
export async function prepare(
  plan: Plan,
  { world, watchedStore: store }: Watched,
  { now, random }: { readonly now: Clock; readonly random: Random },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const software = { version: 'campaign', configDigest: 'campaign' };
  const deps = { store, clock: now, random, software, ...{ forge: world.forge, manifest: world.manifest } };
  const asked = (key: string) => ({ actor: BY_ADA, correlationId: key, key });
  world.forge.firstChecks = plan.firstChecks;
  world.forge.protection = { requiredApprovals: 0, mergeQueue: plan.mergeQueue, requiredChecks: [] };
  world.forge.permissions = { 'ada-gh': 'write', 'bob-gh': 'admin', 'eve-gh': 'read' };
  world.syncSeconds = plan.syncSeconds;
  const person = (name: string, role: 'approver' | 'viewer') => ({
    ...{ person: name, role },
    identities: [{ via: 'github' as const, id: `${name}-gh` }],
  });
  const people = [person('ada', 'approver'), person('bob', 'approver'), person('eve', 'viewer')];
  await putPeople(deps, { people }, asked('people'));
  const revisions = new Map<string, readonly string[]>();
  for (const service of plan.services) {
    const shas = revisionsOf(world, service);
    revisions.set(service, shas);
    for (const sha of shas.slice(0, -2)) world.uptimes.set(sha, 0.998);
    if (plan.uptime !== undefined) world.uptimes.set(shas.at(-2) ?? '', plan.uptime);
    await putService(deps, {
      name: service,
      document: documentOf(plan, service),
      ...asked(`register/${service}`),
    });
    const place = { service, environment: plan.environment, action: 'rollback' as const };
    await putAutonomy(deps, { ...place, level: plan.level }, asked(`level/${service}`));
    world.deploy(service, plan.environment, shas.at(-2) ?? '');
    await world.health.read({ service, environment: plan.environment, application: service });
  }
  return revisions;
}

function revisionsOf({ forge }: Watched['world'], service: string): readonly string[] {
  const messages = ['one', 'two', 'three', 'four', 'broken'];
  const shas = messages.map((message) => forge.commit(`acme/${service}`, 'main', `${message} of ${service}`));
  for (const sha of shas) forge.setChecks(`acme/${service}`, sha, 'success');
  return shas;
}

function documentOf({ environment, timings, signing, alerts }: Plan, service: string) {
  const manifest = {
    ...{ repository: GITOPS, branch: 'main', pointer: POINTER },
    path: manifestPath(service, environment),
  };
  const place = {
    ...{ platform: 'argocd' as const, application: `${service}-${environment}`, manifest },
    ...(signing !== undefined && { awaitCheckpoint: true }),
  };
  return {
    ...{ tier: 1, owners: ['team'], repository: `acme/${service}`, environments: { [environment]: place } },
    selectors:
      alerts === undefined ? [] : [{ source: 'alertmanager' as const, environment, match: { job: service } }],
    ...{ slos: [], dependencies: [], timings },
  };
}
