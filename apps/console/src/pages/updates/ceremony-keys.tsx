import type { RepositoryStatus } from '@bulkhead/contract';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { LocalTable } from '../../table/local-table.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Status } from '../../ui/status.tsx';
import { KeyName } from './ceremony-roles.tsx';

type Online = RepositoryStatus['onlineKeys'][number];

function Renew({ role, onClose }: { role: Online['role']; onClose: () => void }) {
  return (
    <DangerModal
      title={`Make a new key for ${role}`}
      confirmWord={role}
      action="Make a new key"
      consequence="The key in use goes on signing until a root that names the new one is published: that takes a root ceremony."
      onConfirm={async () => {
        await client.renewOnlineKey({ params: { role }, body: {} });
        flash('success', `There is a new key for ${role}`, 'Open a root ceremony: the next root names it.');
        await queryClient.invalidateQueries({ queryKey: ['images'] });
      }}
      onClose={onClose}
    />
  );
}

/** The only keys the platform holds, and whether each wire form can be signed with them. */
export function OnlineKeys({ status }: { status: RepositoryStatus }) {
  const denial = useDenial('images.manage');
  const [renewing, setRenewing] = useState<Online['role']>();
  const named = new Set(status.roles.flatMap(({ keys }) => keys.map(({ keyId }) => keyId)));
  const faults = status.dialects.filter(({ fault }) => fault !== null).length;
  return (
    <>
      <LocalTable
        title="Keys of the platform"
        noun="keys"
        items={status.onlineKeys}
        rowId={({ keyId, role }) => `${role} ${keyId}`}
        description="For timestamp and snapshot only: whoever takes them cannot add an image"
        columns={[
          { id: 'role', header: 'Role', rowHeader: true, width: 150, cell: ({ role }) => role },
          { id: 'key', header: 'Key', width: 220, cell: ({ keyId }) => <KeyName id={keyId} /> },
          { id: 'generation', header: 'Generation', width: 110, cell: ({ generation }) => generation },
          {
            id: 'health',
            header: 'Health',
            width: 260,
            cell: ({ keyId }) =>
              named.has(keyId) ? (
                <Status state={faults > 0 ? 'failing' : 'working'}>
                  {faults > 0 ? 'Cannot sign, see the fault' : 'Signs'}
                </Status>
              ) : (
                <Status state="waiting">No published root names it yet</Status>
              ),
          },
          { id: 'created', header: 'Made', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
          {
            id: 'actions',
            header: 'Actions',
            width: 120,
            cell: ({ role }) => (
              <PermittedButton
                variant="inline-link"
                denial={denial}
                ariaLabel={`Renew the key of ${role}`}
                onClick={() => setRenewing(role)}
              >
                Renew…
              </PermittedButton>
            ),
          },
        ]}
        empty="The platform has no keys yet: they are made with the first ceremony."
      />
      {renewing && <Renew role={renewing} onClose={() => setRenewing(undefined)} />}
    </>
  );
}
