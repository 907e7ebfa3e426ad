import { operations, operationUrl } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import { compact } from '../api.ts';
import { type Cell, csvLine, downloadText } from '../ui/download.ts';
import { flash, flashFailure } from '../ui/flash.tsx';
import { integer } from '../ui/time.ts';
import { type ListId, walkPages } from './list.ts';

const limit = 100_000;

function cellsOf(item: object): Cell[] {
  return Object.values(item).map((value: unknown) => {
    const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return simple ? value : value === null ? null : JSON.stringify(value);
  });
}

async function collect(operation: ListId, filter: string, format: string, onCount: (rows: number) => void) {
  const lines: string[] = [];
  let rows = 0;
  for await (const items of walkPages(operation, filter)) {
    for (const item of items) {
      if (format === 'csv' && rows === 0) lines.push(csvLine(Object.keys(item)));
      lines.push(format === 'csv' ? csvLine(cellsOf(item)) : `${JSON.stringify(item)}\n`);
      rows += 1;
    }
    onCount(rows);
    if (rows >= limit) break;
  }
  return { text: lines.join(''), rows };
}

interface ExportProps {
  readonly operation: ListId;
  readonly noun: string;
  readonly filter: string;
  readonly total: number | undefined;
}

/** Exports everything the filter matches, not the page: streamed by the server where it can, else page by page. */
export function ExportButton({ operation, noun, filter, total }: ExportProps) {
  const [rows, setRows] = useState<number>();
  const run = async (format: 'csv' | 'ndjson') => {
    if (operation === 'listVehicles') {
      location.assign(operationUrl(operations.exportVehicles, { query: { ...compact({ filter }), format } }));
      return;
    }
    setRows(0);
    try {
      const file = await collect(operation, filter, format, setRows);
      downloadText(`${noun}.${format}`, file.text, format === 'csv' ? 'text/csv' : 'application/x-ndjson');
      if (file.rows >= limit)
        flash('warning', `The export stops at ${integer(limit)} rows`, 'Narrow the filter, or use the command line.');
    } catch (error) {
      flashFailure(error);
    } finally {
      setRows(undefined);
    }
  };
  return (
    <ButtonDropdown
      loading={rows !== undefined}
      loadingText={`Exported ${integer(rows ?? 0)} of ${integer(total ?? 0)} rows`}
      disabled={total === 0}
      disabledReason={`There are no ${noun} to export`}
      items={[
        {
          id: 'csv',
          text: 'CSV',
          secondaryText: `All ${total === undefined ? '' : integer(total)} rows of this filter`,
        },
        { id: 'ndjson', text: 'JSON lines', secondaryText: 'One object per line' },
      ]}
      onItemClick={({ detail }) => void run(detail.id === 'csv' ? 'csv' : 'ndjson')}
    >
      {rows === undefined ? 'Export' : `Exporting ${integer(rows)}`}
    </ButtonDropdown>
  );
}
