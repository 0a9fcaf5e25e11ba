import { describeApi } from '../runtime/describe-api.ts';
import { route } from '../runtime/http.ts';
import { describeApiRoute } from '../runtime/service-routes.ts';

export const handler = route(describeApiRoute, async () => describeApi());
