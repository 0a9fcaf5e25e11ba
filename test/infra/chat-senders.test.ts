import { expect, test } from 'vitest';
import { ofType, plain, synthesise } from './synthesised.ts';

const resources = synthesise();

test('who routes signals is told which workspaces and apps of Slack count, and nobody else is', () => {
  const told = ofType(resources, 'AWS::Lambda::Function').flatMap(({ path, Properties }) => {
    const { Variables = {} } = (plain(Properties.Environment) ?? {}) as { Variables?: object };
    const { SLACK_TEAMS, SLACK_APPS } = Variables as Record<string, string>;
    return SLACK_TEAMS === undefined ? [] : [[path, SLACK_TEAMS, SLACK_APPS]];
  });
  const path = 'HoldfastControlPlane/Signals/RouteSignals/Resource';
  expect(told).toEqual([[path, `\${SlackTeams}`, `\${SlackApps}`]]);
});

test.each([
  ['SlackTeams', ['', 'T012AB3CD', 'T012AB3CD,E9'], ['A012AB3CD', 'T1,', ',', 'T1 T2', 't1', '*']],
  ['SlackApps', ['', 'A012AB3CD', 'A1,A2'], ['T012AB3CD', 'A1,', ' ', '*']],
])('the parameter %s takes ids of its kind, parted by commas, and nothing else', (name, good, bad) => {
  const parameter = resources.find(({ Type, logicalId }) => Type === 'Parameter' && logicalId === name);
  const { Default, AllowedPattern } = parameter?.Properties ?? {};
  expect(Default).toBe('');
  const allowed = (text: string) => new RegExp(`^(?:${AllowedPattern})$`).test(text);
  expect(good.filter((text) => !allowed(text))).toEqual([]);
  expect(bad.filter(allowed)).toEqual([]);
});
