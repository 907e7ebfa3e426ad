import { ApiProblem } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';

export interface Described {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string | undefined;
}

/** A failure in words: what the server said, or that it could not be reached. */
export function describeFailure(error: unknown): Described {
  if (error instanceof ApiProblem)
    return { title: error.title, detail: error.message, code: error.code, requestId: error.requestId };
  const offline = error instanceof TypeError;
  return {
    title: offline ? 'The server did not answer' : 'Something failed in the console',
    detail: offline
      ? 'It may be restarting, or the network is down. Try again in a moment.'
      : error instanceof Error
        ? error.message
        : 'No further description.',
    code: offline ? 'console.unreachable' : 'console.failed',
    requestId: undefined,
  };
}

/** What went wrong, with the code and the request id to quote, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { title, detail, code, requestId } = describeFailure(error);
  const fields = error instanceof ApiProblem ? Object.entries(error.fields) : [];
  return (
    <Alert
      type="error"
      header={title}
      action={
        onRetry ? (
          <Button iconName="refresh" onClick={onRetry}>
            Retry
          </Button>
        ) : undefined
      }
    >
      <div>{detail}</div>
      {fields.length > 0 && (
        <ul>
          {fields.map(([name, text]) => (
            <li key={name}>
              <b>{name}</b>: {text}
            </li>
          ))}
        </ul>
      )}
      <small className="bh-mono">
        {code}
        {requestId ? ` · request ${requestId}` : ''}
      </small>
    </Alert>
  );
}
