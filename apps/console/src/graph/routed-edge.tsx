import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import type { Point } from './layout.ts';

export type FlowEdge = Edge<{ route: readonly Point[] }>;

/** A line along the way that the layout found around the nodes. */
export function RoutedEdge({ id, data, sourceX, sourceY, targetX, targetY }: EdgeProps<FlowEdge>) {
  const route = data?.route ?? [];
  const points: readonly Point[] =
    route.length > 1
      ? route
      : [
          { x: sourceX, y: sourceY },
          { x: targetX, y: targetY },
        ];
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  return <BaseEdge id={id} path={path} />;
}

export const edgeTypes = { routed: RoutedEdge };
