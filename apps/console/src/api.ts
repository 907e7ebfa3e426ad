import {
  ApiProblem,
  type Call,
  createClient,
  type OperationId,
  type Operations,
  type Output,
  operations,
} from '@bulkhead/contract';
import { QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';

export const client = createClient({ baseUrl: '' });

/** The area of an operation (`inventory`, `identity`, ...): the first part of its query keys and of live topics. */
export function areaOf(id: OperationId): string {
  const [area = ''] = operations[id].permission.split('.');
  return area;
}

/** Query of one operation; its key is area, operation and the full input, so that no two inputs share an answer. */
export function query<K extends OperationId>(id: K, call: Call<Operations[K]>) {
  // one function of the union cannot be called with the union's inputs: K ties both, which the compiler loses here
  const send = client[id] as unknown as (call: unknown) => Promise<Output<Operations[K]>>;
  return queryOptions({
    queryKey: [areaOf(id), id, call] as const,
    queryFn: ({ signal }) => send({ ...call, signal }),
  });
}

export function isProblem(error: unknown, code?: string): error is ApiProblem {
  return error instanceof ApiProblem && (code === undefined || error.code === code);
}

export const sessionKey = ['signed-in', 'getSession', {}] as const;

/** One funnel for failures: a session that ended shows the sign-in page wherever one is. */
function endSession(error: unknown): void {
  if (!isProblem(error, 'access.unauthenticated')) return;
  if (queryClient.getQueryData(sessionKey)) void queryClient.resetQueries({ queryKey: sessionKey });
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: endSession }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status < 500),
      refetchOnWindowFocus: true,
    },
    mutations: { onError: endSession },
  },
});

/** Leaves out members that are undefined or empty, so that a URL or a body holds only what was said. */
export function compact<T extends Record<string, unknown>>(
  value: T,
): { [K in keyof T]?: Exclude<T[K], undefined | null | ''> } {
  const kept = Object.entries(value).filter(([, v]) => v !== undefined && v !== null && v !== '');
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined | null | ''> };
}
