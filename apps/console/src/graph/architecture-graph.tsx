import '@xyflow/react/dist/base.css';
import './graph.css';
import { useQuery } from '@tanstack/react-query';
import { Background, Controls, ReactFlow } from '@xyflow/react';
import licenceUrl from 'elkjs/LICENSE.md?url';
import { useMemo } from 'react';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Loading } from '../ui/states.tsx';
import type { Graph } from './graph-model.ts';
import { type FlowNode, labelOf, nodeTypes } from './graph-nodes.tsx';
import { type Layout, layOut } from './layout.ts';
import { edgeTypes, type FlowEdge } from './routed-edge.tsx';

function flowNodes({ nodes }: Graph, places: Layout['places']): FlowNode[] {
  // a parent must come before its children
  const ordered = [...nodes].sort((a, b) => Number(b.kind === 'zone') - Number(a.kind === 'zone'));
  return ordered.map((node) => {
    const { x = 0, y = 0, width = 160, height = 60 } = places.get(node.id) ?? {};
    const zone = 'zone' in node ? node.zone : undefined;
    return {
      id: node.id,
      type: node.kind,
      data: { node },
      position: { x, y },
      width,
      height,
      draggable: false,
      connectable: false,
      selectable: node.kind !== 'zone',
      focusable: node.kind !== 'zone',
      ariaLabel: labelOf(node),
      ...(zone ? { parentId: zone, extent: 'parent' as const } : {}),
    };
  });
}

function flowEdges({ edges }: Graph, routes: Layout['routes']): FlowEdge[] {
  return edges.map(({ id, from, to, external }) => ({
    id,
    source: from,
    target: to,
    type: 'routed',
    data: { route: routes.get(id) ?? [] },
    focusable: false,
    zIndex: 1,
    className: external ? 'bh-edge-external' : 'bh-edge',
  }));
}

/** The architecture drawn: outside on the left, behind it what it reaches. */
export function ArchitectureGraph({ graph }: { graph: Graph }) {
  const shape = graph.nodes.map(({ id }) => id).join('|') + graph.edges.length;
  const answer = useQuery({
    queryKey: ['layout', shape],
    queryFn: () => layOut(graph),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const nodes = useMemo(() => (answer.data ? flowNodes(graph, answer.data.places) : []), [graph, answer.data]);
  const edges = useMemo(() => (answer.data ? flowEdges(graph, answer.data.routes) : []), [graph, answer.data]);
  if (answer.error) return <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return <Loading label="graph" lines={10} />;
  return (
    <figure className="bh-graph">
      <div className="bh-graph-canvas">
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          fitView
          minZoom={0.2}
          nodesDraggable={false}
          nodesConnectable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          aria-label="Architecture of the vehicle"
        >
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <figcaption>
        Layout by elkjs (
        <a href={licenceUrl} target="_blank" rel="noreferrer">
          EPL-2.0
        </a>
        , unmodified, from https://github.com/kieler/elkjs).
      </figcaption>
    </figure>
  );
}
