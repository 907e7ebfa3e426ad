import '@xyflow/react/dist/base.css';
import './graph.css';
import { useQuery } from '@tanstack/react-query';
import { Background, Controls, type Edge, ReactFlow } from '@xyflow/react';
import licenceUrl from 'elkjs/LICENSE.md?url';
import { useMemo } from 'react';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Loading } from '../ui/states.tsx';
import type { Graph } from './graph-model.ts';
import { type FlowNode, labelOf, nodeTypes } from './graph-nodes.tsx';
import { layOut, type Placed } from './layout.ts';

function flowNodes({ nodes }: Graph, places: ReadonlyMap<string, Placed>): FlowNode[] {
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

function flowEdges({ edges }: Graph): Edge[] {
  return edges.map(({ id, from, to, external }) => ({
    id,
    source: from,
    target: to,
    focusable: false,
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
  const nodes = useMemo(() => (answer.data ? flowNodes(graph, answer.data) : []), [graph, answer.data]);
  const edges = useMemo(() => flowEdges(graph), [graph]);
  if (answer.error) return <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return <Loading label="graph" lines={10} />;
  return (
    <figure className="bh-graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
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
