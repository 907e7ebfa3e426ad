import { type DirectorStatus, operations } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Actions, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { Expiry, KeyName } from './ceremony-roles.tsx';
import { PlanRootDialog, ResignDialog, RotateDialog } from './director-dialogs.tsx';
import { DirectorDraft } from './director-draft.tsx';

type Role = DirectorStatus['roles'][number];

const columns: readonly Column<Role>[] = [
  { id: 'role', header: 'Role', rowHeader: true, width: 150, cell: ({ role }) => role },
  {
    id: 'threshold',
    header: 'Signatures needed',
    width: 160,
    cell: ({ threshold, keys }) => `${threshold} of ${keys.length}`,
  },
  {
    id: 'keys',
    header: 'Keys',
    width: 420,
    cell: ({ keys }) =>
      keys.map(({ keyId, online, since }) => (
        <div key={keyId}>
          <KeyName id={keyId} /> {online ? 'held by the platform' : 'offline'}
          {since && (
            <>
              , since <RelativeTime at={since} />
            </>
          )}
        </div>
      )),
  },
];

const hours = (value: number) => (value >= 48 ? `${Math.round(value / 24)} d` : `${Math.round(value * 10) / 10} h`);

function Summary({ status }: { status: DirectorStatus }) {
  const { lifetimes } = status;
  const count = (value: number, state: string) =>
    value === 0 ? <Status state="valid">None</Status> : <Status state={state}>{integer(value)}</Status>;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: 'Root version', value: status.rootVersion },
        { label: 'Root expires', value: <Expiry at={status.rootExpires} online={status.rootOnline} /> },
        {
          label: 'Root key',
          value: (
            <Status state={status.rootOnline ? 'open' : 'valid'}>
              {status.rootOnline ? 'Held by the platform' : 'Offline'}
            </Status>
          ),
        },
        {
          label: 'Targets, snapshot, timestamp live',
          value: `${hours(lifetimes.targetsHours)}, ${hours(lifetimes.snapshotHours)}, ${hours(lifetimes.timestampHours)}`,
        },
        { label: 'Vehicles registered', value: integer(status.vehicles) },
        { label: 'Of which manifests stay away', value: count(status.silent, 'open') },
        { label: 'To which an update cannot be served', value: count(status.faults, 'affected') },
        {
          label: 'Whose latest manifest was refused',
          value: (
            <Link
              href={paths.manifests({ filter: 'outcome = refused' })}
              ariaLabel={`${status.refused === 0 ? 'None' : integer(status.refused)}: refused manifests`}
            >
              {count(status.refused, 'affected')}
            </Link>
          ),
        },
      ]}
    />
  );
}

type Dialog = 'rotate' | 'plan' | 'resign';

function DirectorActions({ status }: { status: DirectorStatus }) {
  const denial = useDenial(operations.rotateDirectorKeys.permission);
  const [open, setOpen] = useState<Dialog>();
  const draft = status.draft ? 'A root waits for signatures already' : undefined;
  const close = () => setOpen(undefined);
  return (
    <Actions>
      <PermittedButton denial={denial} onClick={() => setOpen('resign')}>
        Sign all anew…
      </PermittedButton>
      <PermittedButton denial={denial ?? draft} onClick={() => setOpen('rotate')}>
        Replace online keys…
      </PermittedButton>
      <PermittedButton denial={denial ?? draft} onClick={() => setOpen('plan')}>
        {status.rootOnline ? 'Take the root offline…' : 'Exchange root keys…'}
      </PermittedButton>
      {open === 'rotate' && <RotateDialog onClose={close} />}
      {open === 'plan' && <PlanRootDialog onClose={close} />}
      {open === 'resign' && <ResignDialog vehicles={status.vehicles} onClose={close} />}
    </Actions>
  );
}

/** The Director: it signs for each vehicle what that vehicle installs. */
export function DirectorPanel() {
  const answer = useQuery({ ...query('getDirector', {}), refetchInterval: 15_000 });
  return (
    <Loaded answer={answer} label="Director" lines={8}>
      {(status) => (
        <Stack>
          {status.rootOnline && (
            <Alert type="warning" header="The Director's root key is held by the platform">
              Whoever takes the platform could name other keys. Take the root offline: people make keys with bulkhead
              keys create, and sign the next root.
            </Alert>
          )}
          <Section
            title="Director"
            description="Signs for each vehicle what that vehicle installs; its keys but root must be online"
            actions={<DirectorActions status={status} />}
          >
            <Summary status={status} />
          </Section>
          {status.draft && <DirectorDraft draft={status.draft} />}
          <LocalTable
            title="Roles of the Director"
            noun="roles"
            items={status.roles}
            columns={columns}
            rowId={({ role }) => role}
            empty="No roles"
          />
        </Stack>
      )}
    </Loaded>
  );
}
