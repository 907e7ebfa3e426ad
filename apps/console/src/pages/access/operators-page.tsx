import type { Operator } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial, useSession } from '../../session.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { EditRoles, InviteOperator } from './operator-forms.tsx';

type Act = { readonly kind: 'roles' | 'disable'; readonly operator: Operator } | undefined;

async function setState(operator: Operator, state: 'active' | 'disabled'): Promise<void> {
  await client.updateOperator({ params: { id: operator.id }, body: { state } });
  flash('success', `${operator.name} is ${state === 'active' ? 'active again' : 'disabled'}`);
  await queryClient.invalidateQueries({ queryKey: ['access'] });
}

function RowActions({ operator, onAct }: { operator: Operator; onAct: (act: Act) => void }) {
  const denial = useDenial('access.write');
  const { session } = useSession();
  const own = session?.id === operator.id ? 'You cannot disable yourself' : undefined;
  const gate = (reason: string | undefined) => (reason ? { disabled: true, disabledReason: reason } : {});
  return (
    <ButtonDropdown
      ariaLabel={`Actions for ${operator.name}`}
      variant="inline-icon"
      expandToViewport
      items={[
        { id: 'roles', text: 'Change roles…', ...gate(denial) },
        operator.state === 'disabled'
          ? { id: 'enable', text: 'Enable', ...gate(denial) }
          : { id: 'disable', text: 'Disable…', ...gate(denial ?? own) },
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === 'enable') setState(operator, 'active').catch(flashFailure);
        else onAct({ kind: detail.id === 'roles' ? 'roles' : 'disable', operator });
      }}
    />
  );
}

const columnsWith = (onAct: (act: Act) => void): readonly Column<Operator>[] => [
  { id: 'email', header: 'E-mail', rowHeader: true, width: 240, cell: ({ email }) => email },
  { id: 'name', header: 'Name', width: 200, cell: ({ name }) => name },
  { id: 'roles', header: 'Roles', width: 220, cell: ({ roles }) => roles.join(', ') },
  { id: 'state', header: 'State', width: 120, cell: ({ state }) => <Status state={state} /> },
  { id: 'signIn', header: 'Signs in by', width: 130, cell: ({ signIn }) => signIn ?? '–' },
  {
    id: 'lastSignInAt',
    header: 'Last sign-in',
    width: 130,
    cell: ({ lastSignInAt }) => <RelativeTime at={lastSignInAt} />,
  },
  { id: 'createdAt', header: 'Since', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  {
    id: 'actions',
    header: 'Actions',
    width: 100,
    cell: (operator) => <RowActions operator={operator} onAct={onAct} />,
  },
];

/** The people who may use the platform. */
export function OperatorsPage() {
  useTitle('Operators');
  const denial = useDenial('access.write');
  const wantsInvite = useRouterState({ select: ({ location }) => location.searchStr.includes('invite=1') });
  const [inviting, setInviting] = useState(wantsInvite);
  const [act, setAct] = useState<Act>();
  const [columns] = useState(() => columnsWith(setAct));
  const close = () => setAct(undefined);
  return (
    <>
      <ServerTable
        operation="listOperators"
        noun="operators"
        title="Operators"
        headingLevel="h1"
        description="The people who may use the platform, and what they may do."
        columns={columns}
        rowId={({ id }) => id}
        freeText="email"
        actions={
          <PermittedButton denial={denial} variant="primary" onClick={() => setInviting(true)}>
            Invite operator
          </PermittedButton>
        }
        empty={<Empty title="No operators" next="Invite the first one by e-mail address." />}
      />
      {inviting && denial === undefined && <InviteOperator onClose={() => setInviting(false)} />}
      {act?.kind === 'roles' && <EditRoles operator={act.operator} onClose={close} />}
      {act?.kind === 'disable' && (
        <DangerModal
          title={`Disable ${act.operator.name}`}
          confirmWord={act.operator.email}
          action="Disable operator"
          consequence={
            <>
              Ends every session of <b>1</b> operator at once. What they did stays in the audit log; they can be enabled
              again.
            </>
          }
          onConfirm={() => setState(act.operator, 'disabled')}
          onClose={close}
        />
      )}
    </>
  );
}
