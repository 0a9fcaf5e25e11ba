import { expect, test } from 'vitest';
import type { ChatMessage, Telling } from '../../../shared/ports/notify.ts';
import { tellOnce } from '../../../shared/ports/tell-once.ts';
import { memoryWork } from '../../support/memory-work.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');

function chat(dying: 'before' | 'after' | undefined) {
  const sent: (readonly [ChatMessage, Telling | undefined])[] = [];
  const state = { dying };
  const notify = {
    send: async (message: ChatMessage, telling?: Telling) => {
      if (state.dying === 'before') throw new Error('died');
      sent.push([message, telling]);
      if (state.dying === 'after') throw new Error('died');
    },
  };
  return { sent, state, deps: { work: memoryWork(), notify, clock: () => NOW } };
}
const message = () => ({ text: 'x' });

test('a message that was sent is not sent again, nor made', async () => {
  const { deps, sent } = chat(undefined);
  await tellOnce(deps, 'a', message);
  await tellOnce(deps, 'a', () => Promise.reject(new Error('made twice')));
  expect(sent).toEqual([[{ text: 'x' }, { key: 'a' }]]);
});

test.each(['before', 'after'] as const)(
  'who died just %s sending leaves word, so that the next try looks for it first',
  async (dying) => {
    const { deps, sent, state } = chat(dying);
    await expect(tellOnce(deps, 'a', message)).rejects.toThrow('died');
    state.dying = undefined;
    await tellOnce(deps, 'a', message);
    expect(sent.at(-1)).toEqual([{ text: 'x' }, { key: 'a', since: '2026-11-21T10:00:00.000Z' }]);
    await tellOnce(deps, 'a', message);
    expect(sent).toHaveLength(dying === 'after' ? 2 : 1);
  },
);
