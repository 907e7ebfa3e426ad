import '@xyflow/react/dist/base.css';
import './graph.css';
import type { SbomGraph } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { Background, Controls, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import licenceUrl from 'elkjs/LICENSE.md?url';
import { useMemo } from 'react';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Loading } from '../ui/states.tsx';
import { drawnEdges, edgeId, elkDependencies, nodeId } from './dependency-layout.ts';
import { type Layout, layOutNode } from './layout.ts';
import { edgeTypes, type FlowEdge } from './routed-edge.tsx';

type PartNode = Node<{ part: SbomGraph['nodes'][number]; focus: boolean }>;

function Part({ data: { part, focus } }: NodeProps<PartNode>) {
  return (
    <div className="bh-node bh-node-part" data-focus={focus} data-identified={part.identified}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
      <b>{part.name}</b>
      <small>
        {part.version ?? 'no version'}
        {part.identified ? '' : ' · unidentified'}
      </small>
    </div>
  );
}

const nodeTypes = { part: Part };

function flowNodes({ nodes, focus }: SbomGraph, places: Layout['places']): PartNode[] {
  return nodes.map((part) => {
    const { x = 0, y = 0, width = 190, height = 48 } = places.get(nodeId(part.place)) ?? {};
    return {
      id: nodeId(part.place),
      type: 'part',
      data: { part, focus: part.place === focus },
      position: { x, y },
      width,
      height,
      draggable: false,
      connectable: false,
      ariaLabel: `${part.name} ${part.version ?? ''}${part.identified ? '' : ', unidentified'}, ${part.distance} edges away`,
    };
  });
}

function flowEdges({ edges }: SbomGraph, routes: Layout['routes']): FlowEdge[] {
  return drawnEdges(edges).map((edge) => ({
    id: edgeId(edge),
    source: nodeId(edge.from),
    target: nodeId(edge.to),
    type: 'routed',
    data: { route: routes.get(edgeId(edge)) ?? [] },
    focusable: false,
    className: edge.kind === 'contains' ? 'bh-edge-contains' : 'bh-edge',
  }));
}

/** The dependencies around one component, drawn from left (depends) to right (is depended on). */
export function DependencyGraph(props: { graph: SbomGraph; onFocus: (componentId: string | undefined) => void }) {
  const { graph, onFocus } = props;
  const shape = graph.nodes.map(({ place }) => place).join('|') + graph.edges.length;
  const answer = useQuery({
    queryKey: ['layout', 'dependencies', shape],
    queryFn: () => layOutNode(elkDependencies(graph)),
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
          key={shape}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          fitView
          minZoom={0.1}
          nodesDraggable={false}
          nodesConnectable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          aria-label="Dependencies of the software"
          onNodeClick={(_, { data }) => onFocus(data.part.componentId ?? undefined)}
        >
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <figcaption>
        Choose a node to put it in the middle. Layout by elkjs (
        <a href={licenceUrl} target="_blank" rel="noreferrer">
          EPL-2.0
        </a>
        , unmodified, from https://github.com/kieler/elkjs).
      </figcaption>
    </figure>
  );
}
