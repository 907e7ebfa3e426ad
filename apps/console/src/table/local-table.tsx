import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { Empty } from '../ui/states.tsx';
import { integer } from '../ui/time.ts';
import type { Column } from './server-table.tsx';

interface LocalTableProps<T> {
  readonly title: string;
  readonly noun: string;
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowId: (item: T) => string;
  /** What the words of the filter are looked for in; without it there is no filter. */
  readonly textOf?: (item: T) => string;
  readonly description?: React.ReactNode;
  readonly actions?: React.ReactNode;
  readonly empty: React.ReactNode;
}

const pageSize = 50;

/** A table whose rows are all here: an answer that is bounded by the server. */
export function LocalTable<T>(props: LocalTableProps<T>) {
  const { title, noun, items, columns, rowId, textOf } = props;
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const words = text.toLowerCase().trim();
  const found = words && textOf ? items.filter((item) => textOf(item).toLowerCase().includes(words)) : items;
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const current = Math.min(page, pages);
  return (
    <Table<T>
      items={found.slice((current - 1) * pageSize, current * pageSize)}
      trackBy={rowId}
      columnDefinitions={columns.map<TableProps.ColumnDefinition<T>>(({ id, header, cell, rowHeader, width }) => ({
        id,
        header,
        cell,
        isRowHeader: rowHeader ?? false,
        minWidth: 80,
        ...(width ? { width } : {}),
      }))}
      enableKeyboardNavigation
      resizableColumns
      wrapLines
      ariaLabels={{ tableLabel: title, resizerRoleDescription: 'Column width' }}
      header={
        <Header counter={`(${integer(items.length)})`} description={props.description} actions={props.actions}>
          {title}
        </Header>
      }
      filter={
        textOf && (
          <TextFilter
            filteringText={text}
            filteringPlaceholder={`Find ${noun}`}
            filteringAriaLabel={`Find ${noun}`}
            countText={`${integer(found.length)} ${found.length === 1 ? 'match' : 'matches'}`}
            onChange={({ detail }) => {
              setText(detail.filteringText);
              setPage(1);
            }}
          />
        )
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={current}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        )
      }
      empty={words ? <Empty title={`No ${noun} have these words`} next="Clear the field to see all." /> : props.empty}
    />
  );
}
