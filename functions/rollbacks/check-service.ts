import { checkService } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { checkServiceRoute } from '../runtime/rollback-routes.ts';
import { worldDeps } from '../runtime/rollback-world.ts';

export const handler = route(checkServiceRoute, ({ params }) => checkService(worldDeps(), params.name));
