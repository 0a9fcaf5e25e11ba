import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { ROOT } from '../conventions/tree.ts';
import { type ApiServer, serve } from './api-server.ts';
import { holdfast, holdfastHere } from './run.ts';

const ULID = '01JD0000000000000000000000';
const ID = `rbk_${ULID}`;

describe.each(COMMANDS.map((command) => [command.name, command] as const))('holdfast %s', (name, command) => {
  test('shows its use, its options and an example', async () => {
    const { code, stdout } = await holdfastHere([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`usage: holdfast ${name}`);
    expect(stdout).toContain(`example: ${command.example}`);
    expect(command.example).toContain(`holdfast ${name}`);
    for (const option of [...Object.keys(command.options ?? {}), 'json'])
      expect(stdout).toContain(`--${option}`);
  });
});

test('an option that a command does not know ends with 2, said on stderr alone', async () => {
  const { code, stdout, stderr } = await holdfast(['ledger', 'verify', '--no-such-option']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--no-such-option');
});

test.each([
  [['explain', 'rollback']],
  [['explain', 'weather', 'x']],
  [['kill-switch', 'perhaps', '--reason', 'x']],
  [['kill-switch', 'on']],
  [['rollback', 'checkout', 'staging']],
  [['local', 'dance']],
  [['local', 'start', '--port', 'abc']],
  [['local', 'start', '--port', '80']],
  [['local', '--speed', '99']],
  [['login', '--as', 'god']],
  [['autonomy', 'checkout', 'staging', 'god']],
  [['autonomy', 'checkout']],
  [['explain', 'rollback', 'nope']],
  [['reset', 'nope', '--reason', 'x']],
  [['approve', 'nope', '--reason', 'x']],
  [['approve', ID]],
  [['approve', ID, '--reason', 'x', '--override', 'everything']],
  [['reject', `apr_${ULID}`, '--manual', '--reason', 'x']],
  [['watch', 'nope']],
  [['deploy', 'checkout', 'staging']],
  [['deploy', 'checkout', 'staging', 'abc', '--preset', 'brave']],
  [['deploy', 'checkout', 'staging', 'abc', '--change', 'no-such-file.yaml']],
  [['deployment', 'fly', `dep_${ULID}`, '--reason', 'x']],
  [['deployment', 'abort', `rol_${ULID}`, '--reason', 'x']],
  [['deployment', 'abort', `dep_${ULID}`]],
  [['rollout', 'retry', `rol_${ULID}`, '--reason', 'x']],
  [['rollout', 'pause', ID, '--reason', 'x']],
  [['explain', 'deployment', ID]],
  [['reject', `dep_${ULID}`, '--manual', '--reason', 'x']],
  [['people', 'apply']],
  [['people', 'apply', '-f', 'package.json']],
  [['status', 'surplus']],
  [['explain', 'rollback', ID, 'surplus']],
  [['ledger', 'replay', 'rollback']],
  [['service', 'apply']],
  [['fly']],
  [[]],
])('wrong usage ends with 2: %j', async (args) => {
  expect((await holdfastHere(args)).code).toBe(2);
});

test('a reader who has gone away ends it without a word', async () => {
  const run = `"${process.execPath}" cli/main.ts ledger verify --help | true`;
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', run], { cwd: ROOT, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['', '']);
});

test('an API that does not answer ends with 4', async () => {
  const { code, stderr } = await holdfast(['status']);
  expect(code).toBe(4);
  expect(stderr).toContain('cannot reach');
});

describe('over an API', () => {
  let api: ApiServer;
  beforeAll(async () => {
    const empty = ['rollbacks', 'deployments', 'rollouts', 'services', 'signals'];
    api = await serve(Object.fromEntries(empty.map((name) => [`/v1/${name}`, { items: [] }])));
  });
  afterAll(() => api.close());

  test.each([[['status']], [['service', 'list']], [['signals', '--unroutable']], [['token']]])(
    '--json makes one document of all that is on stdout: %j',
    async (args) => {
      const { code, stdout } = await holdfastHere([...args, '--json'], api.url);
      expect(code).toBe(0);
      expect(stdout.trimEnd()).not.toContain('\n');
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    },
  );

  test('what has ended says when, what waits says until when', async () => {
    const of = {
      service: 'shop',
      environment: 'staging',
      mode: 'auto',
      updatedAt: '2026-11-21T12:00:00.000Z',
    };
    const times = { detected: '2026-11-21T10:00:00.000Z', ended: '2026-11-21T11:00:00.000Z' };
    const waits = {
      ...of,
      id: 'rbk_a',
      state: { kind: 'PullRequestOpen' },
      deadlineAt: '2026-11-21T13:00:00.000Z',
    };
    const ended = { ...of, id: 'rbk_b', state: { kind: 'RollbackComplete' }, times };
    const nothing = { items: [] };
    const own = await serve({
      '/v1/rollbacks': { items: [waits, ended] },
      ...{ '/v1/deployments': nothing, '/v1/rollouts': nothing },
    });
    const { stdout } = await holdfastHere(['status'], own.url);
    const [, , first, second] = stdout.split('\n');
    expect(first).toMatch(/auto +2026-11-21T13:00:00.000Z$/);
    expect(second).toMatch(/auto +ended 2026-11-21T11:00:00.000Z$/);
    await own.close();
  });

  test('signals are a table for people, with the selector that would route what reached no service', async () => {
    const suggestedSelector = { source: 'generic', match: { job: 'till' } };
    const signal = {
      source: 'generic',
      status: 'firing',
      receivedAt: '2026-11-21T10:00:00.000Z',
      title: 'slow',
    };
    const own = await serve({
      '/v1/signals': {
        items: [
          { ...signal, service: 'shop' },
          { ...signal, suggestedSelector },
        ],
      },
    });
    const { stdout } = await holdfastHere(['signals'], own.url);
    const [heads, routed, unroutable] = stdout.split('\n');
    expect(heads).toMatch(/^RECEIVED +SOURCE +STATUS +SERVICE/);
    expect(routed).toMatch(/firing +shop +- +slow$/);
    expect(unroutable).toMatch(/firing +- +- +slow +\{"source":"generic","match":\{"job":"till"\}\}$/);
    await own.close();
  });

  test('a refusal ends with 1 and names the call', async () => {
    const { code, stdout, stderr } = await holdfast(['explain', 'rollback', ID], api.url);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`GET /v1/rollbacks/${ID}/explain: 404`);
  });
});
