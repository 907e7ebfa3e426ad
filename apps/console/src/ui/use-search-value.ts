import { useRouter, useRouterState } from '@tanstack/react-router';

/** One value kept in the URL, beside the others that stand there. */
export function useSearchValue(name: string): readonly [string | undefined, (value: string | undefined) => void] {
  const router = useRouter();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const value = new URLSearchParams(search).get(name) ?? undefined;
  const change = (next: string | undefined) => {
    const { pathname, searchStr } = router.state.location;
    const target = new URLSearchParams(searchStr);
    if (next === undefined) target.delete(name);
    else target.set(name, next);
    const text = target.toString();
    router.history.push(text ? `${pathname}?${text}` : pathname);
  };
  return [value, change];
}
