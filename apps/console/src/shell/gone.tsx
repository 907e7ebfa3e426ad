import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Goes elsewhere without leaving a trace in the history. */
export function Gone({ to }: { to: string }) {
  const router = useRouter();
  useEffect(() => {
    router.history.replace(to);
  }, [router, to]);
  return null;
}
