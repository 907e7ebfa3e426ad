import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** Goes elsewhere without leaving a trace in the history; where to is decided once, not again on the way there. */
export function Gone({ to }: { to: string }) {
  const router = useRouter();
  const [target] = useState(to);
  useEffect(() => {
    router.history.replace(target);
  }, [router, target]);
  return null;
}
