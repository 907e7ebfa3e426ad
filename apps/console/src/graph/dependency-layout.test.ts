import type { SbomGraph } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { dependencyRows, elkDependencies } from './dependency-layout.ts';

const node = (place: number, name: string, distance: number) => ({
  place,
  componentId: null,
  name,
  version: '1',
  identified: true,
  distance,
});
const edge = (from: number, to: number) => ({ from, to, kind: 'depends-on' as const });
const graph: SbomGraph = {
  focus: 1,
  nodes: [node(1, 'a', 0), node(2, 'b', 1)],
  edges: [edge(1, 2), edge(2, 1), edge(2, 2)],
  truncated: false,
  allEdges: 3,
};

test('every node and every edge is laid out, but for what depends on itself', () => {
  const root = elkDependencies(graph);

  expect(root.children?.map(({ id }) => id)).toEqual(['n1', 'n2']);
  expect(root.edges?.map(({ id }) => id)).toEqual(['1-2-depends-on', '2-1-depends-on']);
});

test('the list says all that the drawing shows, and what depends on itself', () => {
  expect(dependencyRows(graph).map(({ uses, usedBy }) => [uses, usedBy])).toEqual([
    [['b 1'], ['b 1']],
    [
      ['a 1', 'b 1'],
      ['a 1', 'b 1'],
    ],
  ]);
});
