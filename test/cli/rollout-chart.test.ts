import { describe, expect, test } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { liveArea } from '../../cli/live-area.ts';
import { chartOf, lookText } from '../../cli/rollout-chart.ts';
import { RolloutView } from '../../cli/rollout-view.ts';
import { rolloutIn } from './rollout-answers.ts';

const chart = (kind: string, more: object = {}) =>
  chartOf(RolloutView.parse(rolloutIn(kind, more))).map(({ text }) => text);

describe('the chart of a rollout', () => {
  test('shows the stages behind it, the one where it stands, and those to come', () => {
    expect(chart('AtStage')[1]).toBe('  stages    ✓ 5 %   ▶ 50 %   · 100 %');
  });

  test('shows what both versions served, their rates, and how far the judge is from either verdict', () => {
    const text = chart('AtStage').join('\n');
    expect(text).toMatch(/canary +98 requests +4 failed +4\.08 %/);
    expect(text).toMatch(/baseline +102 requests +1 failed +0\.98 %/);
    expect(text).toContain('1.25 of 4.83, always-valid p 0.287');
    expect(text).toContain('-0.50 of 3.00');
    expect(text).toContain('about 6000 more requests for SAFE (errors)');
  });

  test('an evidence below nothing is an empty bar, and one beyond its limit a full one', () => {
    const { judgement } = rolloutIn('AtStage');
    const lines = chart('AtStage', {
      judgement: { ...judgement, verdict: 'ROLLBACK', logE: '50', logSafe: '-50' },
    });
    expect(lines.find((line) => line.includes('worse?'))).not.toContain('░');
    expect(lines.find((line) => line.includes('safe?'))).not.toContain('█');
  });

  test('before the first closed interval it says that nothing is judged', () => {
    expect(chart('AtStage', { judgement: undefined }).at(-1)).toContain('nothing is judged');
    const view = RolloutView.parse(rolloutIn('AtStage', { judgement: undefined }));
    expect(lookText(view)).toContain('no interval has closed yet');
  });
});

describe('the live area', () => {
  const io = (size: Io['size']): Io & { readonly said: string[] } => {
    const said: string[] = [];
    return {
      ...{ json: false, colour: false, size, said },
      ...{ out: () => {}, document: () => {}, say: (line: string) => void said.push(line) },
    };
  };

  test('draws its lines anew under the prose that stays', () => {
    const written: string[] = [];
    const area = liveArea(io({ columns: 20, rows: 24 }), (text) => void written.push(text));
    area.draw([{ text: 'one' }, { text: 'two' }]);
    area.say('prose');
    expect(written).toEqual(['one\ntwo\n', '\u001b[2A\r\u001b[0Jprose\none\ntwo\n']);
  });

  test('cuts what would not fit into one line, and what would not fit on the screen', () => {
    const written: string[] = [];
    const area = liveArea(io({ columns: 6, rows: 4 }), (text) => void written.push(text));
    area.draw(['123456789', 'b', 'c', 'd'].map((text) => ({ text })));
    expect(written).toEqual(['12345\nb\n']);
  });

  test('writes plain lines and no escape where stderr is no terminal', () => {
    const written: string[] = [];
    const plain = io(undefined);
    const area = liveArea(plain, (text) => void written.push(text));
    area.draw([{ text: 'one' }]);
    area.say('prose');
    expect([written, plain.said]).toEqual([[], ['prose']]);
  });
});
