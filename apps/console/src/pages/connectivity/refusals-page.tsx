import type { Refusal } from '@bulkhead/contract';
import { EcuLink, VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

const columns: readonly Column<Refusal>[] = [
  { id: 'kind', header: 'Kind', rowHeader: true, width: 130, cell: ({ kind }) => kind },
  { id: 'detail', header: 'Why', width: 380, cell: ({ detail }) => detail },
  { id: 'count', header: 'Count', width: 100, cell: ({ count }) => integer(count) },
  { id: 'vin', header: 'VIN', width: 195, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'ecuSerial', header: 'ECU serial', width: 180, cell: ({ ecuSerial }) => <EcuLink serial={ecuSerial} /> },
  { id: 'address', header: 'Address', width: 140, cell: ({ address }) => address },
  { id: 'lastAt', header: 'Last', width: 120, cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
  { id: 'firstAt', header: 'First', width: 120, cell: ({ firstAt }) => <RelativeTime at={firstAt} /> },
];

/** What the front door refused, and why. */
export function RefusalsPage() {
  useTitle('Refusals');
  return (
    <ServerTable
      operation="listRefusals"
      noun="refusals"
      title="Refusals"
      headingLevel="h1"
      description={<RuleLine rule={6} about="What the front door refused, and why." />}
      columns={columns}
      rowId={(row) => [row.kind, row.vin, row.ecuSerial, row.address, row.firstAt, row.detail].join(' ')}
      freeText="vin"
      empty={
        <Empty
          title="Nothing was refused"
          next="Wrong certificates, foreign topics, oversized, malformed, replayed and flooding messages would stand here."
        />
      }
    />
  );
}
