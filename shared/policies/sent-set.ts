import { PolicySetDocument } from './contract.ts';

const MAX_CALENDARS = 50;

/** The whole set as `PUT /v1/policies` takes it. A set of more calendars that was stored before can still be read. */
export const SentPolicySet = PolicySetDocument.refine(
  ({ calendars }) => Object.keys(calendars).length <= MAX_CALENDARS,
  { path: ['calendars'], message: `must be at most ${MAX_CALENDARS}` },
);
