import { beforeEach, expect, test, vi } from 'vitest';

/** What a function of today takes for named, with these variables. */
async function named(teams: string | undefined, apps: string | undefined) {
  vi.stubEnv('SLACK_TEAMS', teams);
  vi.stubEnv('SLACK_APPS', apps);
  vi.resetModules();
  const { routeDeps } = await import('../../../functions/runtime/route-signals.ts');
  return routeDeps().chatSenders;
}

beforeEach(() => {
  vi.stubEnv('SIGNALS_TABLE', 'signals');
  vi.stubEnv('OBEY_COMMENT_FUNCTION', 'obey');
});

test('the workspaces and apps of Slack come from the two parameters, and none named is all', async () => {
  expect(await named('T1,T2', 'A1')).toEqual({ teams: ['T1', 'T2'], apps: ['A1'] });
  expect(await named('', '')).toEqual({ teams: [], apps: [] });
  expect(await named(undefined, undefined)).toEqual({ teams: [], apps: [] });
});

test('a list without an id in it is not an empty one: nobody passes', async () => {
  expect(await named(',', ' ')).toEqual({ teams: ['', ''], apps: [''] });
});
