import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Graph, GraphNode } from './graph-model.ts';

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const sizes: Readonly<Record<GraphNode['kind'], readonly [width: number, height: number]>> = {
  zone: [240, 80],
  role: [196, 84],
  bus: [150, 44],
  interface: [120, 36],
};

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '70',
  'elk.spacing.nodeNode': '22',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
};

function elkNode(node: GraphNode, children: readonly GraphNode[]): ElkNode {
  const [width, height] = sizes[node.kind];
  if (node.kind !== 'zone') return { id: node.id, width, height };
  return {
    id: node.id,
    layoutOptions: { 'elk.padding': '[top=44,left=18,bottom=18,right=18]' },
    children: children.map((child) => elkNode(child, [])),
    ...(children.length === 0 ? { width, height } : {}),
  };
}

/** The graph as ELK wants it: zones are compound nodes, what has no zone stands beside them. */
export function elkGraph({ nodes, edges }: Graph): ElkNode {
  const zoneOf = (node: GraphNode) => ('zone' in node ? node.zone : undefined);
  const top = nodes.filter((node) => zoneOf(node) === undefined);
  return {
    id: 'root',
    layoutOptions: options,
    children: top.map((node) =>
      elkNode(
        node,
        nodes.filter((child) => zoneOf(child) === node.id),
      ),
    ),
    edges: edges.map<ElkExtendedEdge>(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  };
}

/** Positions by node id, each relative to the zone that holds it. */
export function placesOf(node: ElkNode): Map<string, Placed> {
  const places = new Map<string, Placed>();
  for (const child of node.children ?? []) {
    places.set(child.id, { x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? 0, height: child.height ?? 0 });
    for (const [id, place] of placesOf(child)) places.set(id, place);
  }
  return places;
}

/** Lays the graph out in ELK's worker, a file of this origin: a `blob:` worker would break the security policy. */
export async function layOut(graph: Graph): Promise<Map<string, Placed>> {
  const elk = new ELK({ workerUrl, workerFactory: (url) => new Worker(url ?? workerUrl) });
  try {
    return placesOf(await elk.layout(elkGraph(graph)));
  } finally {
    elk.terminateWorker();
  }
}
