import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSet } from '../../../cli/policy-document.ts';
import { runArm } from '../../../cli/study/arm.ts';
import type { ArmSettings, Pillars } from '../../../cli/study/arm-state.ts';
import { arrivalsOf } from '../../../cli/study/change.ts';
import { organisationOf } from '../../../cli/study/organisation.ts';
import { ARMS, runStudy, type StudySettings } from '../../../cli/study/study.ts';
import { holdfastHere } from '../run.ts';

const ALL: Pillars = { history: true, risk: true, canary: true, governance: true };
const NONE: Pillars = { history: false, risk: false, canary: false, governance: false };
const policies = await readSet(undefined);
const SETTINGS: StudySettings = {
  ...{ deployments: 150, services: 8, seed: 5, environment: 'production', policies, retrieval: true },
  ...{ step: 5, arms: ARMS },
};
const HALTED = {
  policies: [
    { id: 'yes', title: 'yes', severity: 'low', cedar: 'permit(principal, action, resource);' },
    {
      ...{ id: 'no', title: 'nothing goes out', severity: 'high' },
      cedar: 'forbid(principal, action == Action::"deploy", resource);',
    },
  ],
};

function fates(pillars: Pillars, more: Partial<ArmSettings> = {}) {
  const organisation = organisationOf(5, 8);
  const settings = { pillars, policies, environment: 'production', retrieval: true, step: 5, ...more };
  return runArm(organisation, arrivalsOf(organisation, 400), settings);
}

describe('a study', () => {
  test('has the same bytes for the same seed, seed 0 too, and others for another', () => {
    const bytes = (seed: number) => JSON.stringify(runStudy({ ...SETTINGS, seed }));
    const zero = bytes(0);
    expect(bytes(0)).toBe(zero);
    expect(JSON.stringify(JSON.parse(zero).arms)).not.toBe(JSON.stringify(JSON.parse(bytes(1)).arms));
  });

  test('lets every arm meet the same changes, in the same order, with the same faults', () => {
    const [governed, ungoverned] = [fates(ALL), fates(NONE)];
    expect(governed.map(({ arrival }) => arrival)).toEqual(ungoverned.map(({ arrival }) => arrival));
  });

  test('counts every change once', () => {
    for (const { figures } of runStudy(SETTINGS).arms) {
      const { succeeded, rolledBack, failed, withheld } = figures;
      const sum = [succeeded, rolledBack, failed, withheld].reduce((so, { value }) => so + (value ?? 0), 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });
});

describe('the arms', () => {
  test('without any pillar let everything out at once and catch nothing', () => {
    const all = fates(NONE);
    expect(all.every(({ to, asked }) => to === 'promoted' && asked === 0)).toBe(true);
    expect(all.filter(({ arrival }) => arrival.fault !== undefined).length).toBeGreaterThan(5);
  });

  test('start nothing in a freeze where policies are held to', () => {
    const started = (pillars: Pillars) =>
      fates({ ...pillars, canary: false }).filter(({ to, arrival, minutes }) => {
        const at = new Date(arrival.at + (minutes - 1) * 60_000);
        return to === 'promoted' && at.getUTCDay() === 5 && at.getUTCHours() >= 16;
      });
    expect(started(ALL)).toEqual([]);
    expect(started(NONE).length).toBeGreaterThan(0);
  });

  test('ask a person in production whatever the risk, and not in staging', () => {
    const asked = (environment: string) =>
      fates({ ...ALL, canary: false }, { environment }).filter((fate) => fate.asked > 0).length;
    expect(asked('production')).toBeGreaterThan(asked('staging'));
  });

  test('withhold everything under a set that forbids everything', async () => {
    const forbidden = fates(ALL, { policies: await readSet(HALTED) });
    expect(forbidden.every(({ to, released }) => to === 'blocked' && !released)).toBe(true);
  });

  test('never roll back by a verdict what had no canary, and catch crashes where there is one', () => {
    expect(fates({ ...ALL, canary: false }).filter(({ to }) => to === 'rolled-back')).toEqual([]);
    const crashed = fates(ALL).filter(({ arrival, released }) => released && arrival.fault?.kind === 'crash');
    expect(crashed.length).toBeGreaterThan(0);
    expect(crashed.filter(({ to }) => to === 'promoted')).toEqual([]);
  });
});

describe('holdfast simulate', () => {
  const few = ['simulate', '-n', '40', '--services', '4', '--minutes', '5'];

  test('prints one document with --json, the same twice, that names its assumptions', async () => {
    const [first, second] = [await holdfastHere([...few, '--json']), await holdfastHere([...few, '--json'])];
    expect(first.code).toBe(0);
    expect(first.stdout).toBe(second.stdout);
    const study = JSON.parse(first.stdout);
    expect(study.settings).toMatchObject({ deployments: 40, services: 4, seed: 1 });
    expect(study.assumptions.answer).toBeDefined();
    expect(study.arms.map(({ name }: { name: string }) => name)).toEqual(ARMS);
  });

  test('shows a line for each figure with its interval, and says that it is simulated', async () => {
    const { stdout } = await holdfastHere(few);
    expect(stdout).toContain('simulated, not measured');
    expect(stdout).toMatch(/good and took all of the traffic\s+\d[\d.]* % \(/);
  });

  test('holds the changes to the policies of a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'holdfast-study-')), 'set.json');
    writeFileSync(file, JSON.stringify(HALTED));
    const { stdout } = await holdfastHere([...few, '--json', '--policy', file]);
    const [governed] = JSON.parse(stdout).arms;
    expect(governed.figures.withheld.value).toBe(1);
  });

  test.each([
    ['-n', '0'],
    ['--seed', '-1'],
    ['--seed', 'one'],
    ['--services', '2.5'],
    ['--minutes', '9'],
    ['--environment', 'moon'],
  ])('refuses %s %s as wrong usage', async (option, value) => {
    const { code, stderr } = await holdfastHere([...few, `${option}=${value}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('must be');
  });
});
