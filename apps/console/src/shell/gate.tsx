import type { Permission } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import { useDenial } from '../session.ts';

interface GateProps {
  readonly permission: Permission;
  /** What is behind it, e.g. `the audit log`. */
  readonly what: string;
  /** The heading of the page, where what is behind would bring it. */
  readonly title?: string | undefined;
  readonly children: React.ReactNode;
}

/** Shows what the role may see; otherwise says which permission is missing, without asking the server in vain. */
export function Gate({ permission, what, title, children }: GateProps) {
  const denial = useDenial(permission);
  if (denial === undefined) return children;
  return (
    <>
      {title && <Box variant="h1">{title}</Box>}
      <Alert type="info" header={`Your role does not see ${what}`}>
        {denial}. An administrator can change your roles.
      </Alert>
    </>
  );
}
