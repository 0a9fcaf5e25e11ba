import type { Deployer, DeployerConfig } from '../../../local/sandbox/deployer/deployer.ts';
import { applicationOf, makeWorld, until } from './world.ts';

const closers: (() => Promise<void> | void)[] = [];
/** What has to be closed when the test is over, last first. */
export function later(close: () => Promise<void> | void): void {
  closers.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

async function begin(config: Partial<DeployerConfig> = {}) {
  const world = makeWorld();
  later(world.remove);
  const deployer = await world.start(config);
  later(deployer.close);
  return { world, deployer };
}

const status = (deployer: Deployer) => deployer.snapshot('checkout-staging')?.health.status;

/** A world in which a good revision of checkout runs in staging. */
export async function deployed(config: Partial<DeployerConfig> = {}) {
  const { world, deployer } = await begin(config);
  const revision = world.release('checkout', 'good');
  world.promote('checkout', 'staging', revision);
  await deployer.addApplication(applicationOf('checkout'));
  await until(
    () => status(deployer),
    (each) => each === 'Healthy',
  );
  return { world, deployer, revision };
}
