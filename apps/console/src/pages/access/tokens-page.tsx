import type { ApiToken, Role } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal, OnceModal } from '../../ui/form-modal.tsx';
import { useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { RolePicker } from '../../ui/role-picker.tsx';
import { Empty } from '../../ui/states.tsx';

function CreateToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<Role[]>(['viewer']);
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () => client.createToken({ body: { name: name.trim(), roles, days: Number(days) } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['access'] }),
  });
  if (create.data) {
    return (
      <OnceModal title="Store the secret now" onClose={onClose}>
        <SpaceBetween size="s">
          <Alert type="warning">It is shown only this once; the platform keeps a hash of it.</Alert>
          <CodeBlock text={create.data.secret} label="secret" />
        </SpaceBetween>
      </OnceModal>
    );
  }
  const validDays = /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 365;
  const missing = name.trim() && roles.length > 0 && validDays ? undefined : 'Name, role and 1 to 365 days are needed';
  return (
    <FormModal
      title="Create an API token"
      action="Create token"
      missing={missing}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <FormField label="Name" description="What uses it, e.g. ci-sbom-upload">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <RolePicker value={roles} onChange={setRoles} />
      <FormField
        label="Valid for"
        description="Days, at most 365"
        errorText={validDays ? undefined : 'A number from 1 to 365'}
      >
        <Input type="number" inputMode="numeric" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
    </FormModal>
  );
}

function Withdraw({ token, onAsk }: { token: ApiToken; onAsk: (token: ApiToken) => void }) {
  const denial = useDenial('access.write');
  return (
    <PermittedButton
      denial={denial}
      variant="inline-link"
      ariaLabel={`Withdraw ${token.name}`}
      onClick={() => onAsk(token)}
    >
      Withdraw…
    </PermittedButton>
  );
}

const columnsWith = (onAsk: (token: ApiToken) => void): readonly Column<ApiToken>[] => [
  { id: 'name', header: 'Name', rowHeader: true, width: 220, cell: ({ name }) => name },
  { id: 'roles', header: 'Roles', width: 200, cell: ({ roles }) => roles.join(', ') },
  { id: 'createdBy', header: 'Created by', width: 170, cell: ({ createdBy }) => createdBy },
  { id: 'createdAt', header: 'Created', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'expiresAt', header: 'Expires', width: 130, cell: ({ expiresAt }) => <RelativeTime at={expiresAt} /> },
  { id: 'lastUsedAt', header: 'Last used', width: 130, cell: ({ lastUsedAt }) => <RelativeTime at={lastUsedAt} /> },
  { id: 'actions', header: 'Actions', width: 130, cell: (token) => <Withdraw token={token} onAsk={onAsk} /> },
];

/** Tokens for scripts and the command line. */
export function TokensPage() {
  useTitle('API tokens');
  const denial = useDenial('access.write');
  const wantsCreate = useRouterState({ select: ({ location }) => location.searchStr.includes('create=1') });
  const [creating, setCreating] = useState(wantsCreate);
  const [withdrawn, setWithdrawn] = useState<ApiToken>();
  const [columns] = useState(() => columnsWith(setWithdrawn));
  return (
    <>
      <ServerTable
        operation="listTokens"
        noun="tokens"
        title="API tokens"
        headingLevel="h1"
        description="For scripts and the command line; a token acts with its own roles."
        columns={columns}
        rowId={({ id }) => id}
        freeText="name"
        actions={
          <PermittedButton denial={denial} variant="primary" onClick={() => setCreating(true)}>
            Create token
          </PermittedButton>
        }
        empty={
          <Empty
            title="No tokens"
            next="Create one, then use it:"
            command="bulkhead login --url http://127.0.0.1:8080 --token-file ./token"
          />
        }
      />
      {creating && denial === undefined && <CreateToken onClose={() => setCreating(false)} />}
      {withdrawn && (
        <DangerModal
          title="Withdraw the token"
          confirmWord={withdrawn.name}
          action="Withdraw token"
          consequence={
            <>
              <b>1</b> token stops working at once. What uses it fails until it has another one.
            </>
          }
          onConfirm={async () => {
            await client.deleteToken({ params: { id: withdrawn.id } });
            flash('success', `Token ${withdrawn.name} is withdrawn`);
            await queryClient.invalidateQueries({ queryKey: ['access'] });
          }}
          onClose={() => setWithdrawn(undefined)}
        />
      )}
    </>
  );
}
