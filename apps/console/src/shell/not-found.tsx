import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { paths } from '../paths.ts';
import { ProblemAlert } from '../ui/problem-alert.tsx';

export function NotFound() {
  return (
    <Box tagOverride="main" padding="xxl" textAlign="center">
      <Box variant="h1">There is no such page</Box>
      <p>
        The address may be old. <Link href={paths.overview()}>Go to the overview</Link>, or press Ctrl K to search.
      </p>
    </Box>
  );
}

export function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <Box padding="l">
      <ProblemAlert error={error} onRetry={reset} />
    </Box>
  );
}
