import { describe, expect, test } from 'vitest';
import { textOf } from '../conventions/tree.ts';
import { FLOWS } from './event-pages.ts';

type Edge = { readonly from: string; readonly event: string; readonly to: string };

const ARROW = /^\s*(\S+) --> (\w+): (.+)$/;
const DIAGRAMS = [
  ...textOf('docs/architecture.md').matchAll(/## (.+)\n```mermaid\nstateDiagram-v2\n([\s\S]*?)```/g),
];
const OF: Readonly<Record<string, string>> = {
  'The states of an attempt': 'holdfast.rollbacks',
  'The states of a deployment': 'holdfast.deployments',
  'The states of a rollout': 'holdfast.rollouts',
};

/** The arrows of a diagram, one for each event; what stands in brackets is a remark. */
function edgesOf(diagram: string): readonly Edge[] {
  return diagram.split('\n').flatMap((line) => {
    const [, from = '', to = '', events = ''] = ARROW.exec(line) ?? [];
    const names = events.replaceAll(/\([^)]*\)/g, '').split(',');
    return names
      .map((event) => event.trim())
      .filter((event) => event !== '')
      .map((event) => ({ from: from === '[*]' ? 'None' : from, event, to }));
  });
}

/** The states that stand in each frame, by the frame's name. */
function framesOf(diagram: string): ReadonlyMap<string, readonly string[]> {
  const frames = [...diagram.matchAll(/state "[^"]+" as (\w+) \{([\s\S]*?)\n {2}\}/g)];
  return new Map(
    frames.map(([, name = '', inside = '']) => [
      name,
      [...new Set(edgesOf(inside).flatMap(({ from, to }) => [from, to]))].filter((state) => state !== 'None'),
    ]),
  );
}

const named = ({ from, event, to }: Edge) => `${from} ${event} ${to}`;

test('each flow has its diagram', () => {
  expect(DIAGRAMS.map(([, title = '']) => OF[title])).toEqual(Object.keys(FLOWS));
});

describe.each(DIAGRAMS.map(([, title = '', diagram = '']) => [title, diagram] as const))(
  '%s',
  (title, diagram) => {
    const table = FLOWS[OF[title] ?? '']?.transitions ?? [];
    const frames = framesOf(diagram);
    const drawn = edgesOf(diagram).map((edge) => ({ edge, from: frames.get(edge.from) ?? [edge.from] }));

    test('draws every step of the table', () => {
      const all = new Set(
        drawn.flatMap(({ edge, from }) => from.map((state) => named({ ...edge, from: state }))),
      );
      expect(table.map(named).filter((step) => !all.has(step))).toEqual([]);
    });

    test('draws no step that the table does not have, of a frame for at least one of its states', () => {
      const steps = new Set(table.map(named));
      const wrong = drawn.filter(
        ({ edge, from }) => !from.some((state) => steps.has(named({ ...edge, from: state }))),
      );
      expect(wrong.map(({ edge }) => named(edge))).toEqual([]);
    });
  },
);
