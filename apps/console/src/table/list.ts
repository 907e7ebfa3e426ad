import { type Call, type ListQuery, type Operations, operations } from '@bulkhead/contract';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { areaOf, client, compact } from '../api.ts';
import type { Fields } from './filter-tokens.ts';

/** The operations that are lists: they have fields to filter and to sort by, and pages by cursor. */
export type ListId = {
  [K in keyof Operations]: Operations[K] extends { readonly list: unknown } ? K : never;
}[keyof Operations];
export type Row<K extends ListId> = Awaited<ReturnType<(typeof client)[K]>>['items'][number];

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly total?: number;
}

/** `vehicles`: the path of a list, by which the server names its saved views. */
export function listName(id: ListId): string {
  return operations[id].path.slice(1);
}

export function fieldsOf(id: ListId): Fields {
  return operations[id].list.fields;
}

async function fetchPage<K extends ListId>(id: K, input: ListQuery, signal: AbortSignal): Promise<ListPage<Row<K>>> {
  // every list takes the same query, which a mapped type over the operation cannot see
  const call = { query: input, signal } as unknown as Call<Operations[K]>;
  return (await client[id](call)) as unknown as ListPage<Row<K>>;
}

/** One page of a list; the page before stays on screen while the next one loads. */
export function usePage<K extends ListId>(id: K, input: ListQuery): UseQueryResult<ListPage<Row<K>>> {
  return useQuery({
    queryKey: [areaOf(id), id, { query: input }] as const,
    queryFn: ({ signal }) => fetchPage(id, input, signal),
    placeholderData: keepPreviousData,
  });
}

/** How many rows match, asked apart so that a slow count never holds up the rows. */
export function useCount(id: ListId, filter: string): number | undefined {
  const input: ListQuery = { ...compact({ filter }), limit: 1, count: true };
  const { data } = useQuery({
    queryKey: [areaOf(id), id, { query: input }] as const,
    queryFn: ({ signal }) => fetchPage(id, input, signal),
    staleTime: 15_000,
    placeholderData: keepPreviousData,
  });
  return data?.total;
}

export interface Pager {
  readonly cursor: string | undefined;
  readonly page: number;
  readonly pages: number;
  readonly openEnd: boolean;
  go(page: number): void;
}

/** Numbers for cursors: remembers where each page began; a new filter or order starts over. */
export function usePager(reset: string, nextOf: (cursor: string | undefined) => string | null | undefined): Pager {
  const [trail, setTrail] = useState<readonly string[]>([]);
  const [page, setPage] = useState(1);
  // the reset key is the point
  useEffect(() => {
    setTrail([]);
    setPage(1);
  }, [reset]);
  return useMemo(() => {
    const cursor = page === 1 ? undefined : trail[page - 2];
    const next = nextOf(cursor);
    return {
      cursor,
      page,
      pages: Math.max(trail.length + 1, page),
      openEnd: Boolean(next),
      go(target) {
        if (target > trail.length + 1) {
          if (!next) return;
          setTrail([...trail, next]);
        }
        setPage(target);
      },
    };
  }, [page, trail, nextOf]);
}

/** All rows of a filter, page by page. */
export async function* walkPages(id: ListId, filter: string): AsyncGenerator<readonly object[]> {
  let cursor: string | undefined;
  const { signal } = new AbortController();
  do {
    const page: ListPage<object> = await fetchPage(id, { ...compact({ filter, cursor }), limit: 500 }, signal);
    yield page.items;
    cursor = page.next ?? undefined;
  } while (cursor);
}
