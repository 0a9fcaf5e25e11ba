import { expect, test } from 'vitest';
import { contradictingTimings } from '../../../shared/services/contradicting-timings.ts';
import { loadService, putService } from '../../../shared/services/index.ts';
import { serviceOf } from '../../../shared/services/read-service.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from './documents.ts';

test.each([
  [
    { reviewWait: 86_401 },
    ['timings.reviewWait must not be more than staleAfter, 86400: every attempt has ended by then'],
  ],
  [{ staleAfter: 86_401 }, ['timings.staleAfter must not be more than 86400, which is a day']],
  [
    { staleAfter: 604_800, mergeWait: 604_800 },
    ['timings.staleAfter must not be more than 86400, which is a day'],
  ],
  [
    { staleAfter: 3_600, reviewWait: 7_200, humanMergeWait: 3_600 },
    ['timings.reviewWait must not be more than staleAfter, 3600: every attempt has ended by then'],
  ],
  [
    { staleAfter: 3_600 },
    ['timings.staleAfter must not be less than humanMergeWait, 14400, which is not set here'],
  ],
  [{ staleAfter: 3_600, reviewWait: 3_600, humanMergeWait: 3_600 }, []],
  [{ staleAfter: 86_400, reviewWait: 86_400, stalePullRequest: 604_800 }, []],
  [undefined, []],
])('%j: %j', (timings, refusals) => {
  const said = contradictingTimings(timings).map(({ path, message }) => `${path} ${message}`);
  expect(said).toEqual(refusals);
});

test('they are refused at the registry, and an entry from before stays readable', async () => {
  const software = { version: 't', configDigest: 't' };
  const deps = { store: memoryStore(), clock: fixedClock(), random: seededRandom(), software };
  const actor = { type: 'person', id: 'ada', via: 'api' } as const;
  const put = (timings: object) =>
    putService(deps, {
      ...{ name: 'shop', document: serviceDocument({ timings }), actor, correlationId: 'c', key: 'k' },
    });
  await expect(put({ staleAfter: 604_800 })).rejects.toThrow(
    'timings.staleAfter must not be more than 86400',
  );
  await put({ staleAfter: 86_400 });
  const { head, document } = await loadService(deps, 'shop');
  const former = { ...document, timings: { staleAfter: 604_800, mergeWait: 604_800 } };
  expect(serviceOf({ ...head, data: { ...head.data, document: former } }).document).toEqual(former);
});
