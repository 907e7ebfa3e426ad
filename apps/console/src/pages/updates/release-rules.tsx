import type { ReleaseDetail } from '@bulkhead/contract';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

type Rule = ReleaseDetail['rules'][number];

/** `from 7.0 to 7.9`, `7.0 or newer`, `any version`. */
export function rangeText({ from, to }: Pick<Rule, 'from' | 'to'>): string {
  if (from && to) return from.version === to.version ? from.version : `${from.version} to ${to.version}`;
  if (from) return `${from.version} or newer`;
  if (to) return `${to.version} or older`;
  return 'Any version';
}

const columns: readonly Column<Rule>[] = [
  {
    id: 'kind',
    header: 'Rule',
    rowHeader: true,
    width: 150,
    cell: ({ kind }) => (
      <Status state={kind === 'requires' ? 'info' : 'conflicting'}>
        {kind === 'requires' ? 'Needs' : 'Not together with'}
      </Status>
    ),
  },
  { id: 'role', header: 'On the ECU', width: 150, cell: ({ role }) => role },
  { id: 'name', header: 'Software', width: 200, cell: ({ name }) => name },
  { id: 'range', header: 'Versions', width: 200, cell: rangeText },
  { id: 'note', header: 'Why', width: 320, cell: ({ note }) => note || '–' },
];

/** Uptane S18: what must and must not be beside it in a vehicle after the update. */
export function ReleaseRules({ release }: { release: ReleaseDetail }) {
  return (
    <LocalTable
      title="Dependencies and conflicts"
      noun="rules"
      items={release.rules}
      columns={columns}
      rowId={(rule) => JSON.stringify(rule)}
      description="Judged on the software a vehicle would run after the update"
      empty={
        <Empty
          title="No rules"
          next="It goes with anything that the hardware fits. Rules are set with the contents:"
          command={`bulkhead releases put ${release.id} -f contents.json`}
        />
      }
    />
  );
}
