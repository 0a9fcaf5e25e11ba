import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { HoldfastFunction } from './function.ts';

/** Ids as Slack writes them, beginning with one of some letters, parted by commas. */
const idsOf = (letters: string) => `^([${letters}][A-Z0-9]{1,30}(,[${letters}][A-Z0-9]{1,30})*)?$`;

/** Parameters of the function's stack that name the workspaces and apps of Slack which it heeds. */
export function nameChatSenders(fn: HoldfastFunction): void {
  const stack = Stack.of(fn);
  const teams = new CfnParameter(stack, 'SlackTeams', {
    default: '',
    allowedPattern: idsOf('TE'),
    description: 'Slack workspaces whose events and buttons count, parted by commas. Empty: all.',
  });
  const apps = new CfnParameter(stack, 'SlackApps', {
    default: '',
    allowedPattern: idsOf('A'),
    description: 'Slack apps whose events and buttons count, parted by commas. Empty: all.',
  });
  fn.addEnvironment('SLACK_TEAMS', teams.valueAsString);
  fn.addEnvironment('SLACK_APPS', apps.valueAsString);
}
