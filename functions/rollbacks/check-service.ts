import { checkService, lambdaChecks } from '../../shared/rollbacks/index.ts';
import { route } from '../runtime/http.ts';
import { metrics } from '../runtime/metrics.ts';
import { checkServiceRoute } from '../runtime/rollback-routes.ts';
import { worldDeps } from '../runtime/rollback-world.ts';
import { traffic } from '../runtime/traffic.ts';
import { clock } from '../runtime/world.ts';

export const handler = route(checkServiceRoute, ({ params }) =>
  checkService(
    { ...worldDeps(), lambda: lambdaChecks({ traffic: traffic(), metrics: metrics(), clock }) },
    params.name,
  ),
);
