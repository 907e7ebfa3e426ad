import type { Operator, Role } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { CodeBlock } from '../../ui/copyable.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal, OnceModal } from '../../ui/form-modal.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { RolePicker } from '../../ui/role-picker.tsx';

/** Invites by a single-use link, which is shown once. */
export function InviteOperator({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<Role[]>(['viewer']);
  const invite = useMutation({
    mutationFn: () => client.inviteOperator({ body: { email: email.trim(), name: name.trim(), roles } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['access'] }),
  });
  if (invite.data) {
    return (
      <OnceModal title="Send this link" onClose={onClose}>
        <p>
          {invite.data.operator.name} opens it to choose a passkey or a password. It works once, is shown only here, and
          expires <RelativeTime at={invite.data.expiresAt} />.
        </p>
        <CodeBlock text={new URL(invite.data.link, location.origin).href} label="invitation link" />
      </OnceModal>
    );
  }
  const missing =
    email.includes('@') && name.trim() && roles.length > 0
      ? undefined
      : 'E-mail, name and at least one role are needed';
  return (
    <FormModal
      title="Invite an operator"
      action="Create invitation"
      missing={missing}
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <FormField label="E-mail">
        <Input type="email" value={email} onChange={({ detail }) => setEmail(detail.value)} />
      </FormField>
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <RolePicker value={roles} onChange={setRoles} />
    </FormModal>
  );
}

export function EditRoles({ operator, onClose }: { operator: Operator; onClose: () => void }) {
  const [roles, setRoles] = useState<Role[]>(operator.roles);
  const save = useMutation({
    mutationFn: () => client.updateOperator({ params: { id: operator.id }, body: { roles } }),
    onSuccess: async () => {
      flash('success', `${operator.name} now is ${roles.join(', ')}`);
      await queryClient.invalidateQueries({ queryKey: ['access'] });
      onClose();
    },
  });
  return (
    <FormModal
      title={`Roles of ${operator.name}`}
      action="Save roles"
      missing={roles.length > 0 ? undefined : 'At least one role is needed'}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <RolePicker value={roles} onChange={setRoles} />
    </FormModal>
  );
}
