import Alert from '@cloudscape-design/components/alert';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Line, NumberField } from './fields.tsx';
import { endOfDay, type KeyFile } from './key-files.ts';
import { KeyPicker } from './key-picker.tsx';

interface Plan {
  readonly keys: readonly KeyFile[];
  readonly threshold: string;
  readonly fault: string | undefined;
}
const none: Plan = { keys: [], threshold: '2', fault: undefined };

function PlanForm({ role, plan, onChange }: { role: string; plan: Plan; onChange: (plan: Plan) => void }) {
  return (
    <>
      <KeyPicker label={`Keys of ${role}`} onChange={(keys, fault) => onChange({ ...plan, keys, fault })} />
      <NumberField
        label={`Signatures needed for ${role}`}
        description={`Of ${plan.keys.length} keys`}
        value={plan.threshold}
        onChange={(threshold) => onChange({ ...plan, threshold })}
      />
    </>
  );
}

const wrong = ({ keys, threshold, fault }: Plan, role: string): string | undefined => {
  if (fault) return fault;
  const count = Number(threshold);
  if (!Number.isInteger(count) || count < 1 || count > keys.length)
    return `${role} needs 1 to ${keys.length} signatures`;
  return undefined;
};

/** Opens a root ceremony: the platform writes the next root, people sign it offline. */
export function RootDialog({ first, onClose }: { first: boolean; onClose: () => void }) {
  const [day, setDay] = useState('');
  const [root, setRoot] = useState(none);
  const [targets, setTargets] = useState(none);
  const expires = endOfDay(day);
  const planned = (plan: Plan) => plan.keys.length > 0;
  const roleOf = ({ keys, threshold }: Plan) => ({ keys: [...keys], threshold: Number(threshold) });
  const create = useMutation({
    mutationFn: () =>
      client.createRootDraft({
        body: {
          expires: expires ?? '',
          roles: {
            ...(planned(root) ? { root: roleOf(root) } : {}),
            ...(planned(targets) ? { targets: roleOf(targets) } : {}),
          },
        },
      }),
    onSuccess: async ({ drafts }) => {
      flash(
        'success',
        'The ceremony is open',
        `${drafts.length} files wait for signatures: download each, sign it offline, upload it.`,
      );
      await queryClient.invalidateQueries({ queryKey: ['images'] });
      onClose();
    },
  });
  const missing = !expires
    ? 'Say until when it is valid, such as 2027-11-20'
    : first && !(planned(root) && planned(targets))
      ? 'The first root names the keys of root and of targets'
      : ((planned(root) || root.fault ? wrong(root, 'Root') : undefined) ??
        (planned(targets) || targets.fault ? wrong(targets, 'Targets') : undefined));
  return (
    <FormModal
      title={first ? 'The first root ceremony' : 'Root ceremony'}
      action="Open the ceremony"
      missing={missing}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Alert type="info">
        Nothing changes for vehicles before enough people have signed and it is published.{' '}
        {first ? 'Each person makes a key offline: bulkhead keys create.' : 'Leave out what stays as it is.'}
      </Alert>
      <Line label="Valid until" description="A day, UTC" placeholder="2027-11-20" value={day} onChange={setDay} />
      <PlanForm role="root" plan={root} onChange={setRoot} />
      <PlanForm role="targets" plan={targets} onChange={setTargets} />
    </FormModal>
  );
}
