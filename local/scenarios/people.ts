import type { World } from '../world.ts';

const PEOPLE = ['dana', 'grace', 'lee'].map((person) => ({
  ...{ person, role: 'approver' },
  identities: [{ via: 'github', id: person }],
}));
const introduced = new WeakMap<World, Promise<unknown>>();

/** Who the logins of the forge are, and what each may do: once a world, whichever journey needs it first. */
export async function introducePeople(world: World): Promise<void> {
  const before = introduced.get(world);
  const asked = before ?? world.api('PUT', '/v1/people', { people: PEOPLE });
  introduced.set(world, asked);
  await asked;
}
