import type { SbomGraph } from '@bulkhead/contract';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '60',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '12',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  // a dependency graph may have cycles; the layout turns as few edges around as it can
  'elk.layered.cycleBreaking.strategy': 'GREEDY',
};

const nodeSize = { width: 190, height: 48 };

export const nodeId = (place: number) => `n${place}`;
export const edgeId = ({ from, to, kind }: SbomGraph['edges'][number]) => `${from}-${to}-${kind}`;

/** The dependencies as ELK wants them. What depends on itself is said in the list, not drawn. */
export function elkDependencies({ nodes, edges }: SbomGraph): ElkNode {
  return {
    id: 'root',
    layoutOptions: options,
    children: nodes.map(({ place }) => ({ id: nodeId(place), ...nodeSize })),
    edges: drawnEdges(edges).map<ElkExtendedEdge>((edge) => ({
      id: edgeId(edge),
      sources: [nodeId(edge.from)],
      targets: [nodeId(edge.to)],
    })),
  };
}

export function drawnEdges(edges: SbomGraph['edges']): SbomGraph['edges'] {
  return edges.filter(({ from, to }) => from !== to);
}

export interface DependencyRow {
  readonly node: SbomGraph['nodes'][number];
  readonly uses: readonly string[];
  readonly usedBy: readonly string[];
}

/** The list twin: each node with the names of what it depends on and of what depends on it. */
export function dependencyRows({ nodes, edges }: SbomGraph): readonly DependencyRow[] {
  const names = new Map(nodes.map(({ place, name, version }) => [place, version ? `${name} ${version}` : name]));
  const uses = Map.groupBy(edges, ({ from }) => from);
  const usedBy = Map.groupBy(edges, ({ to }) => to);
  return nodes.map((node) => ({
    node,
    uses: (uses.get(node.place) ?? []).map(({ to }) => names.get(to) ?? ''),
    usedBy: (usedBy.get(node.place) ?? []).map(({ from }) => names.get(from) ?? ''),
  }));
}
