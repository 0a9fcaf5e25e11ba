import { reportHealth } from '../../shared/services/index.ts';
import { route } from '../runtime/http.ts';
import { reportHealthRoute } from '../runtime/service-routes.ts';
import { software } from '../runtime/software.ts';
import { clock } from '../runtime/world.ts';

export const handler = route(reportHealthRoute, async () => reportHealth({ clock, software: software() }));
