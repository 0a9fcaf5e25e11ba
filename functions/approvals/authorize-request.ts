import { authorizeRequest } from '../../shared/approvals/index.ts';
import { authorizer } from '../runtime/authorizer.ts';

export const handler = authorizer(authorizeRequest);
