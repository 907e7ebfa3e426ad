import { useRouter, useRouterState } from '@tanstack/react-router';
import { useCallback } from 'react';

export interface ListState {
  readonly filter: string;
  readonly sort: string | undefined;
}

/** Filter and order of a list, kept in the URL so that every view of it can be linked. */
export function useListState(): readonly [ListState, (change: Partial<ListState>) => void] {
  const router = useRouter();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const parameters = new URLSearchParams(search);
  const state: ListState = {
    filter: parameters.get('filter') ?? '',
    sort: parameters.get('sort') ?? undefined,
  };
  const change = useCallback(
    (next: Partial<ListState>) => {
      const { pathname, searchStr, href } = router.state.location;
      const target = new URLSearchParams(searchStr);
      for (const [name, value] of Object.entries(next)) {
        if (value) target.set(name, value);
        else target.delete(name);
      }
      const text = target.toString();
      const url = text ? `${pathname}?${text}` : pathname;
      if (url !== href) router.history.push(url);
    },
    [router],
  );
  return [state, change];
}
