import * as z from 'zod';
import type { POLICY_EVENTS } from './contract.ts';

const Change = z.strictObject({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.string()),
});
const Glass = z.strictObject({
  service: z.string(),
  environment: z.string(),
  approval: z.string().describe('The approval by which the other person answers.'),
});

/**
 * What is on the bus from policies: the `data` of each event type. Strict: what is not named here is not published. No
 * person, and nothing that a person wrote.
 */
export const policyEvents = {
  PoliciesChanged: z
    .strictObject({
      policies: Change.describe('Ids of policies.'),
      calendars: Change.describe('Names of calendars.'),
      exceptions: Change.describe('Ids of exceptions.'),
    })
    .describe('Another set of policies is in force, as a whole.'),
  BreakGlassAsked: Glass.extend({ minutes: z.int().describe('For how long, once granted.') }).describe(
    'A person asks to lift every block of the policies at a place; another one has to grant it.',
  ),
  BreakGlassOpened: Glass.extend({ expiresAt: z.iso.datetime() }).describe(
    'Two people broke the glass: no policy blocks at this place until it expires. Approvals stay needed.',
  ),
  BreakGlassRefused: Glass.describe('The other person did not grant it, or not in time.'),
} satisfies Readonly<Record<(typeof POLICY_EVENTS)[number], z.ZodType>>;
