import { type DirectorVehicle, operations } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, isProblem, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { EcuLink } from '../../shell/links.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { KeyName } from './ceremony-roles.tsx';
import { Comment } from './release-dialogs.tsx';

const kinds: Readonly<Record<DirectorVehicle['served']['kind'], readonly [state: string, text: string]>> = {
  none: ['waiting', 'Nothing'],
  install: ['running', 'An update to install'],
  ask: ['pending', 'An offer its user must agree to'],
  wait: ['waiting', 'An offer whose window is closed'],
  installed: ['valid', 'What it has installed'],
};

type Ecu = DirectorVehicle['ecus'][number];
const ecuColumns: readonly Column<Ecu>[] = [
  {
    id: 'serial',
    header: 'ECU',
    rowHeader: true,
    width: 200,
    cell: ({ serial, primary }) => (
      <>
        <EcuLink serial={serial} /> {primary && '(Primary)'}
      </>
    ),
  },
  { id: 'hardware', header: 'Hardware', width: 150, cell: ({ hardwareId }) => hardwareId },
  {
    id: 'installed',
    header: 'Reports',
    width: 260,
    cell: ({ installed }) =>
      installed ? (
        installed.software ? (
          `${installed.software} ${installed.version ?? ''}`.trim()
        ) : (
          <span className="bh-mono">{installed.filename}</span>
        )
      ) : (
        'Nothing yet'
      ),
  },
  {
    id: 'key',
    header: 'Key',
    width: 240,
    cell: ({ keyId, keyType }) => (
      <>
        <KeyName id={keyId} /> {keyType}
      </>
    ),
  },
  {
    id: 'registered',
    header: 'Registered',
    width: 130,
    cell: ({ registeredAt }) => <RelativeTime at={registeredAt} />,
  },
];

function Replace({ vin, onClose }: { vin: string; onClose: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <DangerModal
      title="An ECU was replaced"
      confirmWord={vin}
      action="Allow other keys"
      missing={reason.trim().length >= 3 ? undefined : 'Say why'}
      consequence="For seven days its ECUs may register other keys than those they have. Whoever holds the vehicle's certificate could use that."
      onConfirm={async () => {
        await client.allowReregistration({ params: { vin }, body: { reason: reason.trim() } });
        flash('success', 'ECUs may register anew for seven days');
        await queryClient.invalidateQueries({ queryKey: ['updates'] });
      }}
      onClose={onClose}
    >
      <Comment label="Reason" description="Such as the workshop's order" value={reason} onChange={setReason} />
    </DangerModal>
  );
}

function Served({ vehicle }: { vehicle: DirectorVehicle }) {
  const { served, manifest, reregisterUntil } = vehicle;
  const denial = useDenial(operations.allowReregistration.permission);
  const [replacing, setReplacing] = useState(false);
  const [state, text] = kinds[served.kind];
  return (
    <Section
      title="Served by the Director"
      actions={
        <PermittedButton denial={denial} onClick={() => setReplacing(true)}>
          An ECU was replaced…
        </PermittedButton>
      }
    >
      <Stack>
        {served.fault && (
          <Alert type="error" header="The assigned update is not served">
            {served.fault}
          </Alert>
        )}
        {manifest.silentSince && (
          <Alert type="warning">
            No manifest has come since <RelativeTime at={manifest.silentSince} />.
          </Alert>
        )}
        {manifest.missing.length > 0 && (
          <Alert type="warning">The last manifest said nothing about {manifest.missing.join(', ')}.</Alert>
        )}
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'It is served', value: <Status state={state}>{text}</Status> },
            { label: 'Since', value: <RelativeTime at={served.since} /> },
            { label: 'Signed', value: <RelativeTime at={served.signedAt} empty="Not yet" /> },
            { label: 'Fetched by the vehicle', value: <RelativeTime at={served.fetchedAt} /> },
            {
              label: 'Targets',
              value: served.targets.map(({ filename }) => <div key={filename}>{filename}</div>),
            },
            { label: 'Version of its targets', value: served.version },
            {
              label: 'Last manifest',
              value: (
                <>
                  <RelativeTime at={manifest.at} /> (
                  <Link href={paths.manifests({ filter: `vin = ${quoted(vehicle.vin)}` })}>all manifests</Link>)
                </>
              ),
            },
            { label: 'Last refused manifest', value: <RelativeTime at={manifest.refusedAt} empty="None" /> },
            { label: 'Other keys accepted until', value: <RelativeTime at={reregisterUntil} empty="Not now" /> },
          ]}
        />
      </Stack>
      {replacing && <Replace vin={vehicle.vin} onClose={() => setReplacing(false)} />}
    </Section>
  );
}

/** What the Director knows of a vehicle; a vehicle that never registered says how it does. */
export function VehicleDirector({ vin }: { vin: string }) {
  const answer = useQuery({
    ...query('getVehicleDirector', { params: { vin } }),
    refetchInterval: ({ state }) => (state.data ? 5_000 : false),
  });
  if (isProblem(answer.error, 'director.unknown-vehicle'))
    return (
      <Section title="Served by the Director">
        <Empty
          title="It has not registered with the Director yet"
          next="Its Primary registers the ECUs with their keys when it first connects. Until then nothing can be served to it."
        />
      </Section>
    );
  return (
    <Loaded answer={answer} label="Director" lines={4}>
      {(vehicle) => (
        <Stack>
          <Served vehicle={vehicle} />
          <LocalTable
            title="ECUs known to the Director"
            noun="ECUs"
            items={vehicle.ecus}
            columns={ecuColumns}
            rowId={({ serial }) => serial}
            empty="No ECUs"
          />
        </Stack>
      )}
    </Loaded>
  );
}
