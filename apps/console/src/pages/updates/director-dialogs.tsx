import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { NumberField } from './fields.tsx';
import type { KeyFile } from './key-files.ts';
import { KeyPicker } from './key-picker.tsx';
import { counted } from './marks.tsx';
import { Comment } from './release-dialogs.tsx';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['updates'] });

const online = [
  { value: 'targets', label: 'targets' },
  { value: 'snapshot', label: 'snapshot' },
  { value: 'timestamp', label: 'timestamp' },
] as const;

/** New online keys, as after a leak. */
export function RotateDialog({ onClose }: { onClose: () => void }) {
  const [roles, setRoles] = useState<readonly (typeof online)[number]['value'][]>([]);
  const [reason, setReason] = useState('');
  return (
    <DangerModal
      title="Replace online keys of the Director"
      confirmWord="replace"
      action="Replace"
      missing={roles.length === 0 ? 'Choose the roles' : reason.trim().length >= 3 ? undefined : 'Say why'}
      consequence="While a root key is held by the platform, the new keys are published at once and every vehicle's metadata is signed anew. With an offline root, the next root waits for signatures first."
      onConfirm={async () => {
        const { draft } = await client.rotateDirectorKeys({ body: { roles: [...roles], reason: reason.trim() } });
        flash('success', draft ? 'The next root waits for signatures' : 'The keys are replaced');
        await refresh();
      }}
      onClose={onClose}
    >
      <FormField label="Roles">
        <Multiselect
          ariaLabel="Roles"
          placeholder="Choose roles"
          options={online}
          selectedOptions={online.filter(({ value }) => roles.includes(value))}
          deselectAriaLabel={({ label }) => `Remove ${label ?? ''}`}
          onChange={({ detail }) => {
            const chosen = new Set(detail.selectedOptions.map(({ value }) => value));
            setRoles(online.map(({ value }) => value).filter((role) => chosen.has(role)));
          }}
        />
      </FormField>
      <Comment label="Reason" value={reason} onChange={setReason} />
    </DangerModal>
  );
}

/** Takes the root keys offline, or exchanges them: writes the next root, for people to sign. */
export function PlanRootDialog({ onClose }: { onClose: () => void }) {
  const [keys, setKeys] = useState<readonly KeyFile[]>([]);
  const [fault, setFault] = useState<string>();
  const [threshold, setThreshold] = useState('2');
  const [reason, setReason] = useState('');
  const count = Number(threshold);
  const plan = useMutation({
    mutationFn: () =>
      client.planDirectorRoot({
        body: { keys: keys.map((key) => JSON.stringify(key)), threshold: count, reason: reason.trim() },
      }),
    onSuccess: async () => {
      flash('success', 'The next root waits for signatures', 'Download both forms, sign them offline, upload them.');
      await refresh();
      onClose();
    },
  });
  const enough = Number.isInteger(count) && count >= 1 && count <= keys.length;
  const missing =
    fault ??
    (keys.length === 0
      ? 'Choose the public keys'
      : enough
        ? reason.trim().length >= 3
          ? undefined
          : 'Say why'
        : `Between 1 and ${keys.length} signatures`);
  return (
    <FormModal
      title="Root keys of the Director"
      action="Write the next root"
      missing={missing}
      busy={plan.isPending}
      error={plan.error}
      onSubmit={() => plan.mutate()}
      onClose={onClose}
    >
      <KeyPicker
        label="Keys of the next root"
        onChange={(next, wrong) => {
          setKeys(next);
          setFault(wrong);
        }}
      />
      <NumberField
        label="Signatures needed"
        description={`Of ${keys.length} keys`}
        value={threshold}
        onChange={setThreshold}
      />
      <Comment label="Reason" value={reason} onChange={setReason} />
    </FormModal>
  );
}

export function ResignDialog({ vehicles, onClose }: { vehicles: number; onClose: () => void }) {
  return (
    <DangerModal
      title="Sign what every vehicle is served anew"
      confirmWord="sign anew"
      action="Sign anew"
      consequence={
        <>
          A job signs the metadata of <b>{counted(vehicles, 'vehicle')}</b>. Nothing is installed by it.
        </>
      }
      onConfirm={async () => {
        await client.resignDirector({});
        flash('success', 'A job signs all anew');
        await queryClient.invalidateQueries({ queryKey: ['jobs'] });
      }}
      onClose={onClose}
    />
  );
}
