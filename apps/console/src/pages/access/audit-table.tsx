import type { AuditEntry } from '@bulkhead/contract';
import Popover from '@cloudscape-design/components/popover';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';

function Details({ entry }: { entry: AuditEntry }) {
  if (Object.keys(entry.details).length === 0) return '–';
  return (
    <Popover
      header={entry.action}
      size="large"
      renderWithPortal
      dismissAriaLabel="Close"
      triggerType="text"
      content={<CodeBlock text={JSON.stringify(entry.details, null, 2)} label="details" />}
    >
      <span className="bh-mono bh-nowrap">{JSON.stringify(entry.details).slice(0, 60)}</span>
    </Popover>
  );
}

const columns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: 'Time', rowHeader: true, width: 210, cell: ({ at }) => <AbsoluteTime at={at} /> },
  { id: 'age', header: 'Age', width: 130, cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'action', header: 'Action', width: 240, cell: ({ action }) => action },
  { id: 'subject', header: 'Subject', width: 220, cell: ({ subject }) => <span className="bh-mono">{subject}</span> },
  { id: 'actor', header: 'Actor', width: 180, cell: ({ by }) => by.name },
  { id: 'actorKind', header: 'Kind', width: 100, cell: ({ by }) => by.kind },
  { id: 'details', header: 'Details', width: 260, cell: (entry) => <Details entry={entry} /> },
  {
    id: 'index',
    header: 'Leaf',
    width: 120,
    cell: ({ index }) => (index === null ? 'at the next checkpoint' : index),
  },
];

/** The audit log or, within a filter, what was done to one thing. */
export function AuditTable({ within = '' }: { within?: string }) {
  return (
    <ServerTable
      operation="listAudit"
      noun="entries"
      title={within ? 'Activity' : 'Entries'}
      columns={columns}
      rowId={({ id }) => id}
      freeText="subject"
      within={within}
      empty={<Empty title="No entries" next="Every change by a person, a token, a vehicle or a job is written here." />}
    />
  );
}
