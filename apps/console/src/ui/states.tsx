import Box from '@cloudscape-design/components/box';
import Skeleton from '@cloudscape-design/components/skeleton';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { CodeBlock } from './copyable.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** An empty list that teaches the next step with one command. */
export function Empty({ title, next, command }: { title: string; next: React.ReactNode; command?: string }) {
  return (
    <Box margin={{ vertical: 'm' }} textAlign="center">
      <SpaceBetween size="xs">
        <b>{title}</b>
        <Box variant="p" color="text-body-secondary">
          {next}
        </Box>
        {command && (
          <div className="bh-command">
            <CodeBlock text={command} label="command" />
          </div>
        )}
      </SpaceBetween>
    </Box>
  );
}

/** A skeleton of about the final size, never a bare spinner. */
export function Loading({ lines = 6, label }: { lines?: number; label: string }) {
  return (
    <div role="status" aria-busy="true" aria-label={`Loading ${label}`}>
      <SpaceBetween size="s">
        {Array.from({ length: lines }, (_, i) => (
          // rows of a skeleton have no identity
          <Skeleton key={i} width={i % 3 === 2 ? '60%' : '100%'} height="20px" />
        ))}
      </SpaceBetween>
    </div>
  );
}

interface Answer<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** Shows a query: its skeleton, its failure with retry, or its content. */
export function Loaded<T>(props: {
  answer: Answer<T>;
  label: string;
  lines?: number;
  children: (data: T) => React.ReactNode;
}) {
  const { answer, label, lines, children } = props;
  if (answer.data !== undefined) return children(answer.data);
  if (answer.error) return <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  return <Loading label={label} {...(lines === undefined ? {} : { lines })} />;
}
