import * as z from 'zod';
import {
  type AUTONOMY_EVENTS,
  AUTONOMY_LEVELS,
  DEPLOY_LEVELS,
  DeploySetting,
  RollbackSetting,
  type SERVICE_EVENTS,
  ServiceDocument,
} from './contract.ts';

/**
 * What is on the bus from the registry, the autonomy table and the kill switch: the `data` of each event type. Strict: what
 * is not named here is not published. No person, and nothing that a person wrote.
 */
export const serviceEvents = {
  ServiceRegistered: z
    .strictObject({ changed: changed('Every field that the document has.') })
    .describe('A service is registered, or its unreadable entry is replaced.'),
  ServiceChanged: z
    .strictObject({ changed: changed('The fields that differ from before.') })
    .describe("A service's document is replaced by another one."),
  AutonomyChanged: z
    .discriminatedUnion('action', [
      RollbackSetting.extend({ from: z.enum(AUTONOMY_LEVELS).describe('The level before.') }),
      DeploySetting.extend({ from: z.enum(DEPLOY_LEVELS).describe('The level before.') }),
    ])
    .describe('The level of one action of a service in an environment is set to another one.'),
  AutonomyRaiseAsked: z
    .discriminatedUnion('action', [
      RollbackSetting.extend({ approval: z.string() }),
      DeploySetting.extend({ approval: z.string() }),
    ])
    .describe('An admin asks for a higher level: it is set once another person approves.'),
  AutonomyRaiseDropped: z
    .strictObject({ approval: z.string() })
    .describe('A higher level is not set: nobody granted it in time, or it was moved on from.'),
  KillSwitchOn: z.strictObject({}).describe('A person turns the kill switch on: nothing acts from now on.'),
  KillSwitchOff: z.strictObject({}).describe('A person turns the kill switch off.'),
} satisfies Readonly<Record<(typeof SERVICE_EVENTS)[number] | (typeof AUTONOMY_EVENTS)[number], z.ZodType>>;

function changed(description: string) {
  return z.array(ServiceDocument.keyof()).describe(description);
}
