import { expect, test } from 'vitest';
import { assessRisk } from '../../../../shared/deployments/rules/assess-risk.ts';
import { nearestChanges } from '../../../../shared/deployments/rules/nearest-change.ts';
import { riskInputs } from './risk-inputs.ts';

const RISKY = riskInputs({
  service: { tier: 2, dependents: 3 },
  change: { lines: 260, files: 13, migration: true, config: true },
  budget: '0.5',
  at: '2026-11-20T22:30:00.000Z',
});

test('each change that is named takes the score into a lower band, by one fact', () => {
  const before = assessRisk.decide(RISKY);
  const found = nearestChanges(RISKY);
  expect(before.band).toBe('high');
  expect(found.length).toBeGreaterThan(1);
  for (const { facts, band, score } of found) {
    expect(facts).toHaveLength(1);
    expect(['low', 'medium']).toContain(band);
    expect(Number(score)).toBeLessThan(0.5);
  }
  const moves = found.map(({ score }) => Number(before.score) - Number(score));
  expect(moves).toEqual(moves.toSorted((a, b) => a - b));
});

test('a fact, a time and a size are said in words', () => {
  const texts = nearestChanges(RISKY).map(({ text }) => text);
  expect(texts).toContain('without the migration');
  // From Friday 22:30 to Monday 07:00: the first whole hour that is neither night nor weekend.
  expect(texts).toContain('57 h later');
  expect(texts.filter((text) => /^with \d+ % of the error budget left$/.test(text))).toHaveLength(1);
});

test('a split is as coarse as it may be', () => {
  const large = riskInputs({ service: { tier: 1 }, change: { lines: 900, files: 40 }, budget: '0.4' });
  const split = nearestChanges(large).find(({ facts }) => facts[0] === 'lines');
  const lines = Number(/at most (\d+) lines/.exec(split?.text ?? '')?.[1]);
  const score = (each: number) => {
    const files = Math.ceil((40 * each) / 900);
    return Number(assessRisk.decide({ ...large, change: { ...large.change, lines: each, files } }).score);
  };
  expect(Number(split?.score)).toBe(score(lines));
  const band = Math.max(...[0.3, 0.5, 0.7, 0.9].filter((cut) => score(900) >= cut));
  expect(score(lines)).toBeLessThan(band);
  expect(score(lines + 1)).toBeGreaterThanOrEqual(band);
});

test('where no single fact does it, two are named', () => {
  const cutoff = Number(assessRisk.decide(RISKY).score) - 0.1;
  const found = nearestChanges(RISKY, [cutoff]);
  expect(found.length).toBeGreaterThan(0);
  for (const { facts, text, score } of found) {
    expect(facts).toHaveLength(2);
    expect(text).toContain(' and ');
    expect(Number(score)).toBeLessThan(cutoff);
  }
});

test('in the lowest band what would have raised it is named', () => {
  const safe = riskInputs({ budget: '0.7' });
  expect(assessRisk.decide(safe).band).toBe('low');
  const found = nearestChanges(safe);
  expect(found.map(({ facts }) => facts[0])).toContain('lines');
  expect(found.every(({ band }) => band === 'medium')).toBe(true);
});

test('where nothing would have altered it nothing is named', () => {
  expect(nearestChanges(riskInputs(), [])).toEqual([]);
  expect(nearestChanges(riskInputs(), [0.0001])).toEqual([]);
});
