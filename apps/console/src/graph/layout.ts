import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Graph, GraphNode } from './graph-model.ts';

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  /** By node id, each relative to the zone that holds it. */
  readonly places: ReadonlyMap<string, Placed>;
  /** By edge id, the corners of its way around the nodes, in coordinates of the whole drawing. */
  readonly routes: ReadonlyMap<string, readonly Point[]>;
}

const sizes: Readonly<Record<GraphNode['kind'], readonly [width: number, height: number]>> = {
  zone: [240, 80],
  role: [196, 84],
  bus: [176, 50],
  interface: [140, 38],
};

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '70',
  'elk.spacing.nodeNode': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.edgeNode': '14',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
};

function elkNode(node: GraphNode, children: readonly GraphNode[]): ElkNode {
  const [width, height] = sizes[node.kind];
  if (node.kind === 'interface') {
    // what comes from outside stands at the outer edge
    return { id: node.id, width, height, layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' } };
  }
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

/** The way of each edge; ELK hands edges back at the node that holds both ends. */
export function routesOf(node: ElkNode): Map<string, readonly Point[]> {
  const routes = new Map<string, readonly Point[]>();
  for (const edge of node.edges ?? []) {
    const points = (edge.sections ?? []).flatMap((part) => [
      part.startPoint,
      ...(part.bendPoints ?? []),
      part.endPoint,
    ]);
    routes.set(edge.id, points);
  }
  for (const child of node.children ?? []) for (const [id, points] of routesOf(child)) routes.set(id, points);
  return routes;
}

export function layOut(graph: Graph): Promise<Layout> {
  return layOutNode(elkGraph(graph));
}

/** Lays a graph out in ELK's worker, a file of this origin: a `blob:` worker would break the security policy. */
export async function layOutNode(graph: ElkNode): Promise<Layout> {
  const elk = new ELK({ workerUrl, workerFactory: (url) => new Worker(url ?? workerUrl) });
  try {
    const root = await elk.layout(graph);
    return { places: placesOf(root), routes: routesOf(root) };
  } finally {
    elk.terminateWorker();
  }
}
