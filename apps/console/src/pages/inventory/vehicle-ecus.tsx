import type { VehicleDetail } from '@bulkhead/contract';
import Badge from '@cloudscape-design/components/badge';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { EcuLink, SoftwareLink } from '../../shell/links.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

type Member = VehicleDetail['members'][number];

function Software({ member }: { member: Member }) {
  if (member.software.length === 0) return <>nothing planned or reported</>;
  return (
    <SpaceBetween size="xxs">
      {member.software.map((item) => (
        <div key={`${item.name}/${item.slot}`}>
          <SoftwareLink id={item.softwareId ?? item.plannedId} name={item.name} />{' '}
          {item.planned === item.reported ? (
            <span className="bh-mono">{item.reported ?? 'unknown version'}</span>
          ) : (
            <span>
              reported <b className="bh-mono">{item.reported ?? 'nothing'}</b>, planned{' '}
              <b className="bh-mono">{item.planned ?? 'nothing'}</b>
            </span>
          )}{' '}
          <Status state={item.state} />
        </div>
      ))}
    </SpaceBetween>
  );
}

const columns: TableProps.ColumnDefinition<Member>[] = [
  {
    id: 'role',
    header: 'Role',
    isRowHeader: true,
    width: 190,
    cell: ({ roleName, gateway }) => (
      <>
        {roleName} {gateway && <Badge color="blue">Gateway</Badge>}
      </>
    ),
  },
  { id: 'serial', header: 'Serial', width: 170, cell: ({ serial }) => <EcuLink serial={serial} /> },
  { id: 'identity', header: 'Identity', width: 130, cell: ({ identity }) => <Status state={identity} /> },
  {
    id: 'connected',
    header: 'Connection',
    width: 150,
    cell: ({ connected }) => <Status state={connected ? 'connected' : 'disconnected'} />,
  },
  {
    id: 'software',
    header: 'Software: planned and reported',
    width: 380,
    cell: (member) => <Software member={member} />,
  },
  { id: 'network', header: 'Network', width: 110, cell: ({ network }) => <Status state={network} /> },
  { id: 'patchable', header: 'Patchable', width: 105, cell: ({ patchable }) => (patchable ? 'Yes' : 'No') },
  {
    id: 'part',
    header: 'Part and supplier',
    width: 170,
    cell: ({ partNumber, supplier }) => `${partNumber}, ${supplier}`,
  },
  { id: 'seen', header: 'Last seen', width: 120, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
];

/** The ECUs of a vehicle with what should run on them and what they say runs. */
export function VehicleEcus({ members }: { members: readonly Member[] }) {
  return (
    <Table
      items={members}
      trackBy="serial"
      columnDefinitions={columns}
      enableKeyboardNavigation
      resizableColumns
      wrapLines
      ariaLabels={{ tableLabel: 'ECUs and software' }}
      header={<Header counter={`(${members.length})`}>ECUs and software</Header>}
      empty={<Empty title="No ECUs" next="The vehicle was registered without ECUs. Import them by their VIN." />}
    />
  );
}
