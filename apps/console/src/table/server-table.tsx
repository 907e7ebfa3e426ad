import { operations } from '@bulkhead/contract';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useCallback, useState } from 'react';
import { compact } from '../api.ts';
import { Gate } from '../shell/gate.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Empty } from '../ui/states.tsx';
import { integer } from '../ui/time.ts';
import { type TablePreferences, useTablePreferences } from './column-preferences.ts';
import { ExportButton } from './export-button.tsx';
import { FilterBar } from './filter-bar.tsx';
import { bothFilters } from './filter-tokens.ts';
import { fieldsOf, type ListId, type ListPage, listName, type Row, useCount, usePage, usePager } from './list.ts';
import { SavedViews } from './saved-views.tsx';
import { useListState } from './use-list-state.ts';

/** A column; its id is the field of the list when the server can sort by it. */
export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: T) => React.ReactNode;
  readonly rowHeader?: boolean;
  readonly width?: number;
  /** Hidden until chosen in the preferences. */
  readonly hidden?: boolean;
}

/** The rows that are chosen, and how a row is called for those who hear it. */
interface Selection<T> {
  readonly items: readonly T[];
  readonly nameOf: (item: T) => string;
  readonly onChange: (items: readonly T[]) => void;
}

interface ServerTableProps<K extends ListId> {
  readonly operation: K;
  /** `vehicles`: names the list in texts and, with the operation, its saved views. */
  readonly noun: string;
  readonly title: string;
  readonly description?: React.ReactNode;
  readonly headingLevel?: 'h1' | 'h2' | 'h3';
  readonly columns: readonly Column<Row<K>>[];
  readonly rowId: (item: Row<K>) => string;
  /** The field that words without a field name search in. */
  readonly freeText: string;
  /** A filter that always holds, e.g. the vehicle whose page this is. */
  readonly within?: string;
  readonly actions?: React.ReactNode;
  /** Rows can be chosen, also over several pages. */
  readonly selection?: Selection<Row<K>>;
  /** Long texts are shown whole, over several lines. */
  readonly wrapLines?: boolean;
  readonly empty: React.ReactNode;
}

function sortable(operation: ListId, field: string): boolean {
  const spec = fieldsOf(operation)[field];
  return spec !== undefined && spec.sortable !== false;
}

function definitionsOf<K extends ListId>(operation: K, columns: readonly Column<Row<K>>[]) {
  return columns.map<TableProps.ColumnDefinition<Row<K>>>((column) => ({
    id: column.id,
    header: column.header,
    cell: column.cell,
    isRowHeader: column.rowHeader ?? false,
    ...(column.width ? { width: column.width, minWidth: 80 } : { minWidth: 80 }),
    ...(sortable(operation, column.id) ? { sortingField: column.id } : {}),
  }));
}

function selecting<T>(selection: Selection<T> | undefined, noun: string) {
  if (!selection) return { ariaLabels: {} };
  const { items, nameOf, onChange } = selection;
  return {
    selectionType: 'multi' as const,
    selectedItems: [...items],
    onSelectionChange: ({ detail }: { detail: TableProps.SelectionChangeDetail<T> }) => onChange(detail.selectedItems),
    ariaLabels: {
      selectionGroupLabel: `Choose ${noun}`,
      allItemsSelectionLabel: () => `Choose all ${noun} of this page`,
      itemSelectionLabel: (_: unknown, item: T) => `Choose ${nameOf(item)}`,
    },
  };
}

const labels = { tableLabel: '', resizerRoleDescription: 'Column width' };

/** A list of the server: filtered, sorted, counted and exported there; the URL holds what is shown. */
export function ServerTable<K extends ListId>(props: ServerTableProps<K>) {
  return (
    <Gate
      permission={operations[props.operation].permission}
      what={props.noun}
      title={props.headingLevel === 'h1' ? props.title : undefined}
    >
      <PermittedTable {...props} />
    </Gate>
  );
}

function PermittedTable<K extends ListId>(props: ServerTableProps<K>) {
  const { operation, noun, title, columns, within = '', rowId } = props;
  const [state, setState] = useListState();
  const name = listName(operation);
  const list = within ? `${name}.within` : name;
  const visible = columns.filter((column) => !column.hidden).map(({ id }) => id);
  const [preferences, setPreferences] = useTablePreferences(list, visible);
  const filter = bothFilters(within, state.filter);
  const reset = JSON.stringify([filter, state.sort, preferences.pageSize]);
  const [nexts, setNexts] = useState<ReadonlyMap<string, string | null>>(new Map());
  const nextOf = useCallback((cursor: string | undefined) => nexts.get(`${reset} ${cursor ?? ''}`), [nexts, reset]);
  const pager = usePager(reset, nextOf);
  const page = usePage(operation, {
    ...compact({ filter, sort: state.sort, cursor: pager.cursor }),
    limit: preferences.pageSize,
  });
  const total = useCount(operation, filter);
  rememberNext(page.data, page.isPlaceholderData, `${reset} ${pager.cursor ?? ''}`, nexts, setNexts);

  const chosen = selecting(props.selection, noun);
  const sort = state.sort ?? '';
  const field = sort.replace(/^-/, '');
  const count = total === undefined ? '' : `(${integer(total)})`;
  const matches = total === undefined ? 'counting' : `${integer(total)} ${total === 1 ? 'match' : 'matches'}`;
  return (
    <SpaceBetween size="s">
      {page.error && <ProblemAlert error={page.error} onRetry={() => void page.refetch()} />}
      <Table<Row<K>>
        variant={props.headingLevel === 'h1' ? 'full-page' : 'container'}
        items={page.data?.items ?? []}
        trackBy={rowId}
        loading={page.isLoading}
        loadingText={`Loading ${noun}`}
        columnDefinitions={definitionsOf(operation, columns)}
        columnDisplay={displayOf(columns, preferences.columns)}
        enableKeyboardNavigation
        resizableColumns
        wrapLines={props.wrapLines ?? false}
        stickyHeader
        contentDensity="comfortable"
        {...chosen}
        ariaLabels={{ ...labels, tableLabel: title, ...chosen.ariaLabels }}
        {...(field ? { sortingColumn: { sortingField: field }, sortingDescending: sort.startsWith('-') } : {})}
        onSortingChange={({ detail }) => {
          const name = detail.sortingColumn.sortingField;
          if (name) setState({ sort: `${detail.isDescending ? '-' : ''}${name}` });
        }}
        header={
          <Header
            variant={props.headingLevel ?? 'h2'}
            counter={count}
            description={props.description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {!within && (
                  <SavedViews
                    list={list}
                    state={state}
                    columns={preferences.columns}
                    onApply={(view) => {
                      if (view.columns.length > 0) setPreferences({ ...preferences, columns: view.columns });
                      setState({ filter: view.filter, sort: view.sort ?? undefined });
                    }}
                  />
                )}
                <ExportButton operation={operation} noun={noun} filter={filter} total={total} />
                {props.actions}
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
        filter={
          <FilterBar
            fields={fieldsOf(operation)}
            filter={state.filter}
            freeText={props.freeText}
            noun={noun}
            count={matches}
            onChange={(next) => setState({ filter: next })}
          />
        }
        empty={
          page.error ? (
            <Empty title={`The ${noun} could not be loaded`} next="The message above says why." />
          ) : state.filter ? (
            <Empty title={`No ${noun} match the filter`} next="Remove a token, or clear the filter to see all." />
          ) : (
            props.empty
          )
        }
        pagination={
          <Pagination
            currentPageIndex={pager.page}
            pagesCount={pager.pages}
            openEnd={pager.openEnd}
            onChange={({ detail }) => pager.go(detail.currentPageIndex)}
          />
        }
        preferences={
          <Preferences noun={noun} columns={columns} value={preferences} onChange={(value) => setPreferences(value)} />
        }
      />
    </SpaceBetween>
  );
}

/** Keeps the cursor that follows each page, during rendering as React advises for derived state. */
function rememberNext<T>(
  data: ListPage<T> | undefined,
  stale: boolean,
  key: string,
  known: ReadonlyMap<string, string | null>,
  remember: (next: ReadonlyMap<string, string | null>) => void,
): void {
  if (!data || stale || known.get(key) === data.next) return;
  remember(new Map([...known].slice(-200)).set(key, data.next));
}

function displayOf<T>(columns: readonly Column<T>[], shown: readonly string[]) {
  const known = new Set(columns.map(({ id }) => id));
  const ordered = [...shown.filter((id) => known.has(id)), ...[...known].filter((id) => !shown.includes(id))];
  return ordered.map((id) => ({ id, visible: shown.includes(id) }));
}

function Preferences<T>(props: {
  noun: string;
  columns: readonly Column<T>[];
  value: TablePreferences;
  onChange: (value: TablePreferences) => void;
}) {
  const { columns, value, onChange, noun } = props;
  return (
    <CollectionPreferences
      title={`Preferences for ${noun}`}
      confirmLabel="Apply"
      cancelLabel="Cancel"
      preferences={{ pageSize: value.pageSize, contentDisplay: displayOf(columns, value.columns) }}
      pageSizePreference={{
        title: 'Rows per page',
        options: [20, 50, 100, 200].map((size) => ({ value: size, label: `${size} rows` })),
      }}
      contentDisplayPreference={{
        title: 'Columns',
        options: columns.map(({ id, header, rowHeader }) => ({ id, label: header, alwaysVisible: rowHeader ?? false })),
      }}
      onConfirm={({ detail }) =>
        onChange({
          pageSize: detail.pageSize ?? value.pageSize,
          columns: (detail.contentDisplay ?? []).filter(({ visible }) => visible).map(({ id }) => id),
        })
      }
    />
  );
}
