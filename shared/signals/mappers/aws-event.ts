import * as z from 'zod';
import type { BusSource } from '../contract.ts';
import { timeOf } from './mapped.ts';

/** What EventBridge says about every event of AWS's own. */
export const AwsEvent = z.looseObject({
  id: z.string().min(1),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string(),
  region: z.string(),
  time: z.string(),
  resources: z.array(z.string()),
});
export type AwsEvent = z.infer<typeof AwsEvent>;

/** What EventBridge calls each source. The pattern that lets an event in names the same. */
export const BUS_NAMES: Readonly<Record<BusSource, string>> = {
  cloudwatch: 'aws.cloudwatch',
  ecs: 'aws.ecs',
  codedeploy: 'aws.codedeploy',
  sagemaker: 'aws.sagemaker',
  health: 'aws.health',
  fis: 'aws.fis',
};

/** Of the first that is a time. SageMaker writes milliseconds where the others write ISO, AWS Health RFC 1123. */
export function firstTime(...said: readonly unknown[]): string | undefined {
  return said.map(oneTime).find((time) => time !== undefined);
}

function oneTime(said: unknown): string | undefined {
  const milliseconds = typeof said === 'string' && /^\d{12,14}$/.test(said) ? Number(said) : said;
  if (typeof milliseconds !== 'number') return typeof said === 'string' ? timeOf(said) : undefined;
  const at = new Date(milliseconds);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
