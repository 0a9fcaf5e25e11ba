// from its own file: the index would bundle every rule of deployments with it
import { obeyDeploymentComment } from '../../shared/deployments/obey-comment.ts';
import {
  type AnnouncedComment,
  NOBODY_WAITS,
  type Obeyed,
  obeyComment,
} from '../../shared/rollbacks/index.ts';
import { approvalDeps } from './approvals.ts';
import { worldDeps } from './rollback-world.ts';

/** Takes the order where it belongs: to the rollback that waits there, else to the deployment that is asked about there. */
export async function obeyAnnounced(announced: AnnouncedComment): Promise<Obeyed> {
  const world = worldDeps();
  const obeyed = await obeyComment(world, announced);
  if (obeyed !== NOBODY_WAITS) return obeyed;
  return obeyDeploymentComment({ ...approvalDeps(), forge: world.forge, meter: world.meter }, announced);
}
