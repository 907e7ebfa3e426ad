import { useRouter, useRouterState } from '@tanstack/react-router';

/** The open tab, kept in the URL; other parameters belong to the tab before and go. */
export function useTab(first: string): readonly [string, (tab: string) => void] {
  const router = useRouter();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const tab = new URLSearchParams(search).get('tab') ?? first;
  const open = (next: string) => {
    const { pathname } = router.state.location;
    router.history.push(next === first ? pathname : `${pathname}?tab=${encodeURIComponent(next)}`);
  };
  return [tab, open];
}
