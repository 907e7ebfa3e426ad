import type { Permission, Session } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { isProblem, query } from './api.ts';

/** Who is signed in; `undefined` while that is unknown, `null` when nobody is. */
export function useSession(): { session: Session | null | undefined; error: unknown; retry: () => void } {
  const { data, error, refetch } = useQuery({ ...query('getSession', {}), retry: false, staleTime: 60_000 });
  const retry = () => void refetch();
  if (error && isProblem(error, 'access.unauthenticated')) return { session: null, error: null, retry };
  return { session: data, error: data ? null : error, retry };
}

/** Whether the signed-in person may do something; `undefined` when yes, otherwise the reason to show. */
export function useDenial(permission: Permission): string | undefined {
  const { session } = useSession();
  if (session?.permissions.includes(permission)) return undefined;
  const roles = session?.roles.join(', ') || 'none';
  return `Needs the permission ${permission}, which your role (${roles}) does not have`;
}
