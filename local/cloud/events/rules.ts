import { arnOf, identify } from '../template/identities.ts';
import { isRecord, listOf, record, text } from '../template/values.ts';
import type { Resource } from '../types.ts';
import { compilePattern } from './matcher.ts';
import { parseRate } from './schedule.ts';

export type Target = {
  readonly id: string;
  readonly arn: string;
  readonly roleArn?: string;
  /** Retries after the first attempt. */
  readonly retries: number;
  readonly maximumAgeSeconds: number;
  readonly deadLetterArn?: string;
};

export type Rule = {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly matches: (event: unknown) => boolean;
  /** Milliseconds between two fires of its schedule. */
  readonly interval?: number;
  readonly targets: readonly Target[];
};

type Archive = Pick<Rule, 'name' | 'bus' | 'matches'> & {
  /** 0 keeps events for ever. */
  readonly retentionDays: number;
};

export type Routing = {
  readonly buses: ReadonlySet<string>;
  readonly rules: readonly Rule[];
  readonly archives: readonly Archive[];
};

// EventBridge's own defaults: 185 retries within 24 hours.
const MOST_RETRIES = 185;
const LONGEST_AGE_SECONDS = 86_400;
const TARGET_ELEMENTS = /^(Arn|Id|RoleArn|RetryPolicy|DeadLetterConfig)$/;

/** Reads buses, enabled rules and archives. Throws an error naming the rule whose pattern, schedule or target it cannot run. */
export function readRouting(resources: readonly Resource[]): Routing {
  const ofType = (type: string) => resources.filter((resource) => resource.type === `AWS::Events::${type}`);
  const buses = new Set(['default', ...ofType('EventBus').map((bus) => text(identify(bus).Name, 'Name'))]);
  const rules = ofType('Rule')
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .map(readRule);
  const stray = rules.find(({ bus }) => !buses.has(bus));
  if (stray !== undefined)
    throw new Error(`the rule ${stray.name} is on the bus ${stray.bus}, which the template lacks`);
  return { buses, rules, archives: ofType('Archive').map(readArchive) };
}

/** The name of a bus given by name or ARN. */
export function busName(nameOrArn: unknown): string {
  return text(nameOrArn ?? 'default', 'an event bus').replace(/^.*\//, '');
}

function readRule(rule: Resource): Rule {
  const { EventBusName, EventPattern, ScheduleExpression, Targets } = rule.properties;
  try {
    return {
      name: rule.logicalId,
      arn: arnOf(rule),
      bus: busName(EventBusName),
      matches: EventPattern === undefined ? () => false : compilePattern(EventPattern),
      ...(ScheduleExpression !== undefined && {
        interval: parseRate(text(ScheduleExpression, 'ScheduleExpression')),
      }),
      targets: listOf(Targets).map((target) => readTarget(record(target, 'a target'))),
    };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : cause;
    throw new Error(`the rule ${rule.path} cannot be run: ${problem}`, { cause });
  }
}

function readTarget(target: Readonly<Record<string, unknown>>): Target {
  const unknown = Object.keys(target).filter((name) => !TARGET_ELEMENTS.test(name));
  if (unknown.length > 0) throw new Error(`a target's ${unknown.join(', ')} is not known`);
  if (String(target.Arn).includes(':event-bus/'))
    throw new Error('a bus as the target of a rule is not run locally');
  const retry = isRecord(target.RetryPolicy) ? target.RetryPolicy : {};
  const deadLetter = isRecord(target.DeadLetterConfig) ? target.DeadLetterConfig.Arn : undefined;
  return {
    id: text(target.Id, "a target's Id"),
    arn: text(target.Arn, "a target's Arn"),
    retries: Number(retry.MaximumRetryAttempts ?? MOST_RETRIES),
    maximumAgeSeconds: Number(retry.MaximumEventAgeInSeconds ?? LONGEST_AGE_SECONDS),
    ...(typeof target.RoleArn === 'string' && { roleArn: target.RoleArn }),
    ...(typeof deadLetter === 'string' && { deadLetterArn: deadLetter }),
  };
}

function readArchive(archive: Resource): Archive {
  const { SourceArn, EventPattern, RetentionDays } = archive.properties;
  return {
    name: text(identify(archive).Ref, 'ArchiveName'),
    bus: busName(SourceArn),
    matches: EventPattern === undefined ? () => true : compilePattern(EventPattern),
    retentionDays: Number(RetentionDays ?? 0),
  };
}
