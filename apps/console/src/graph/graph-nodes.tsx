import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { statusText } from '../ui/status.tsx';
import type { GraphNode } from './graph-model.ts';

export type FlowNode = Node<{ node: GraphNode }>;
type Of<K extends GraphNode['kind']> = Extract<GraphNode, { kind: K }>;

const marks: Readonly<Record<string, string>> = {
  valid: '✓',
  expiring: '!',
  expired: '✕',
  revoked: '✕',
  none: '○',
};

const trustTexts: Readonly<Record<string, string>> = {
  untrusted: 'untrusted',
  'semi-trusted': 'half trusted',
  trusted: 'trusted',
};

function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** What a screen reader says of a node; the list twin says the same in full. */
export function labelOf(node: GraphNode): string {
  if (node.kind === 'zone') return `Zone ${node.name}, ${trustTexts[node.trust] ?? node.trust}`;
  if (node.kind === 'bus') return `Bus ${node.name}, ${node.bus}${node.open ? ', open to the outside' : ''}`;
  if (node.kind === 'interface') return `External interface ${node.name}`;
  const { member } = node;
  const state = member
    ? `, identity ${statusText(member.identity)}, ${member.connected ? 'connected' : 'not connected'}`
    : '';
  return `${node.gateway ? 'Gateway' : 'ECU'} ${node.name}, ${node.function}${state}`;
}

function RoleNode({ data }: NodeProps<FlowNode>) {
  const node = data.node as Of<'role'>;
  const { member } = node;
  return (
    <div className="bh-node bh-node-role" data-gateway={node.gateway} data-identity={member?.identity}>
      <Ends />
      <b>{node.name}</b>
      <small>
        {node.gateway ? 'gateway' : node.function}
        {node.asil ? ` · ASIL ${node.asil}` : ''}
        {node.patchable ? '' : ' · not patchable'}
      </small>
      {member && (
        <small className="bh-node-state">
          <span className={`bh-identity-${member.identity}`}>
            {marks[member.identity]} {statusText(member.identity)}
          </span>
          <span>{member.connected ? '● connected' : '○ not connected'}</span>
        </small>
      )}
    </div>
  );
}

function BusNode({ data }: NodeProps<FlowNode>) {
  const node = data.node as Of<'bus'>;
  return (
    <div className="bh-node bh-node-bus" data-open={node.open}>
      <Ends />
      <b>{node.name}</b>
      <small>
        {node.bus}
        {node.open ? ' · open' : ''}
      </small>
    </div>
  );
}

function ZoneNode({ data }: NodeProps<FlowNode>) {
  const node = data.node as Of<'zone'>;
  return (
    <div className="bh-zone" data-trust={node.trust}>
      <b>{node.name}</b> <small>{trustTexts[node.trust] ?? node.trust}</small>
    </div>
  );
}

function InterfaceNode({ data }: NodeProps<FlowNode>) {
  return (
    <div className="bh-node bh-node-interface">
      <Ends />
      <b>⇄ {(data.node as Of<'interface'>).name}</b>
    </div>
  );
}

export const nodeTypes = { role: RoleNode, bus: BusNode, zone: ZoneNode, interface: InterfaceNode };
