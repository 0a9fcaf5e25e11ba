import {
  GetAliasCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { Fault, isFault } from '../../kernel/index.ts';
import type { TrafficTarget } from '../../ports/traffic.ts';
import { asFault, backOff, errorName } from './failures.ts';
import { type Alias, type Routing, readAlias } from './lambda-alias.ts';

export type AliasChange = Routing & { readonly Description: string; readonly RevisionId: string };
export type PublishedVersion = { readonly version: string; readonly description: string };

/** Attempts of a read, and of a move between two reads. */
export const TRIES = 4;
const MOST_PAGES = 200; // of 50 versions each

/** One attempt; what it changes is answered. */
export function updateAlias(
  client: LambdaClient,
  target: TrafficTarget,
  change: AliasChange,
): Promise<Alias> {
  const { FunctionVersion, RoutingConfig, Description, RevisionId } = change;
  const { AdditionalVersionWeights } = RoutingConfig;
  const command = new UpdateAliasCommand({
    ...aliasOf(target),
    ...{ FunctionVersion, Description, RevisionId },
    RoutingConfig: { AdditionalVersionWeights: { ...AdditionalVersionWeights } },
  });
  return lambdaCall(target, 'UpdateAlias', async () => readAlias(await client.send(command)));
}

export function getAlias(client: LambdaClient, target: TrafficTarget): Promise<Alias> {
  return repeated(target, 'GetAlias', async () =>
    readAlias(await client.send(new GetAliasCommand(aliasOf(target)))),
  );
}

/** Every published version, `$LATEST` apart. Throws Fault Malformed for a list without an end. */
export async function publishedVersions(
  client: LambdaClient,
  target: TrafficTarget,
): Promise<readonly PublishedVersion[]> {
  const found: PublishedVersion[] = [];
  let Marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const command = new ListVersionsByFunctionCommand({
      FunctionName: target.function,
      ...(Marker !== undefined && { Marker }),
    });
    const answer = await repeated(target, 'ListVersionsByFunction', () => client.send(command));
    const versions = answer.Versions ?? [];
    found.push(
      ...versions.map(({ Version = '', Description = '' }) => ({
        version: Version,
        description: Description,
      })),
    );
    Marker = answer.NextMarker;
    if (Marker === undefined || Marker === '') return found.filter(({ version }) => /^\d+$/.test(version));
  }
  throw new Fault('Malformed', `${target.function} lists more than ${MOST_PAGES} pages of versions`);
}

/** A read, up to four times while nobody answers. */
async function repeated<T>(target: TrafficTarget, call: string, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lambdaCall(target, call, run);
    } catch (thrown) {
      if (attempt === TRIES || !isFault(thrown, 'Unavailable')) throw thrown;
      await backOff(attempt);
    }
  }
}

async function lambdaCall<T>(target: TrafficTarget, call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const name = errorName(cause);
    if (name === 'PreconditionFailedException') throw taken(target, 'somebody else has moved it', cause);
    // Another update of the function is under way: a moment later it is not.
    if (name === 'ResourceConflictException') {
      throw new Fault('Unavailable', `${nameOf(target)} is being changed`, { cause });
    }
    if (name === 'ResourceNotFoundException') {
      throw new Fault('NotFound', `${nameOf(target)} is not there, or a version of it`, { cause });
    }
    if (name === 'InvalidParameterValueException') {
      throw new Fault('InvalidInput', `${nameOf(target)} cannot be split so`, { cause });
    }
    throw asFault(cause, call);
  }
}

export function taken(target: TrafficTarget, why: string, cause?: unknown): Fault {
  return new Fault('Conflict', `${nameOf(target)}: ${why}`, { cause });
}

function aliasOf(target: TrafficTarget): { readonly FunctionName: string; readonly Name: string } {
  return { FunctionName: target.function, Name: target.alias };
}

export function nameOf(target: TrafficTarget): string {
  return `the alias ${target.function}:${target.alias}`;
}
