import type { SourceProblem } from '@bulkhead/contract';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';

const columns: readonly Column<SourceProblem>[] = [
  { id: 'record', header: 'Record', rowHeader: true, width: 220, cell: ({ record }) => record },
  { id: 'source', header: 'Source', width: 160, cell: ({ source }) => source },
  { id: 'file', header: 'File', width: 180, cell: ({ file }) => file || '–' },
  { id: 'reason', header: 'Why it was set aside', width: 380, cell: ({ reason }) => reason },
  {
    id: 'excerpt',
    header: 'Begins with',
    width: 280,
    cell: ({ excerpt }) => <span className="bh-mono bh-break">{excerpt || '–'}</span>,
  },
  { id: 'lastAt', header: 'Last seen', width: 120, cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
  { id: 'code', header: 'Code', width: 200, cell: ({ code }) => code, hidden: true },
];

/** Records that could not be read; each leaves the list when it is read well. */
export function ProblemsTable({ source }: { source?: string }) {
  return (
    <ServerTable
      operation="listSourceProblems"
      noun="records set aside"
      title="Records set aside"
      headingLevel="h2"
      description="The rest of each source was read. At most 1,000 of a source are kept, all are counted."
      columns={source === undefined ? columns : columns.filter(({ id }) => id !== 'source')}
      rowId={({ id }) => id}
      freeText="record"
      wrapLines
      {...(source === undefined ? {} : { within: `source = ${JSON.stringify(source)}` })}
      empty={<Empty title="Nothing is set aside" next="Every record that was given could be read." />}
    />
  );
}
