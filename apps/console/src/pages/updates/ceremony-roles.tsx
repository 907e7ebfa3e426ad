import type { RepositoryRole } from '@bulkhead/contract';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import type { DialectView } from './ceremony-view.ts';

export const KeyName = ({ id }: { id: string }) => (
  <Copyable value={id} label={`key ${id.slice(0, 8)}`} shown={<span className="bh-mono">{id.slice(0, 12)}…</span>} />
);

const hour = 3_600_000;

/** When a file expires, and whether that is near: what people sign needs a month, what the platform signs anew each day hours. */
export function Expiry({ at, online = false }: { at: string | null; online?: boolean }) {
  if (at === null) return '–';
  const soon = online ? 6 * hour : 30 * 24 * hour;
  const left = Date.parse(at) - Date.now();
  const state = left <= 0 ? 'expired' : left < soon ? 'expiring' : 'valid';
  return (
    <Status state={state}>
      <RelativeTime at={at} />
    </Status>
  );
}

const columns: readonly Column<RepositoryRole>[] = [
  { id: 'name', header: 'Role', rowHeader: true, width: 150, cell: ({ name }) => name },
  { id: 'delegator', header: 'Named by', width: 120, cell: ({ delegator }) => delegator ?? 'root' },
  {
    id: 'threshold',
    header: 'Signatures needed',
    width: 150,
    cell: ({ threshold, keys }) => `${threshold} of ${keys.length}`,
  },
  {
    id: 'keys',
    header: 'Keys',
    width: 300,
    cell: ({ keys }) =>
      keys.map(({ keyId, type, online }) => (
        <div key={keyId}>
          <KeyName id={keyId} /> {type}, {online ? 'held by the platform' : 'offline'}
        </div>
      )),
  },
  { id: 'version', header: 'Version', width: 110, cell: ({ version }) => version ?? '–' },
  {
    id: 'expires',
    header: 'Expires',
    width: 140,
    cell: ({ expires, keys }) => <Expiry at={expires} online={keys.every(({ online }) => online)} />,
  },
  { id: 'paths', header: 'For images', width: 200, cell: ({ paths }) => paths.join(', ') || 'All' },
  { id: 'images', header: 'Images', width: 110, cell: ({ images }) => integer(images) },
];

/** Roles with their keys, thresholds and expiry. */
export function RolesTable({ dialect }: { dialect: DialectView }) {
  return (
    <LocalTable
      title="Roles"
      noun="roles"
      items={dialect.roles}
      columns={columns}
      rowId={({ name, delegator }) => `${delegator ?? ''} ${name}`}
      description="A key is one person or one machine; a role counts different keys"
      empty={
        <Empty
          title="No root yet"
          next="The first ceremony names the keys of root and targets. Make a key for each person, then open it here:"
          command="bulkhead keys create --out root-ada"
        />
      }
    />
  );
}
