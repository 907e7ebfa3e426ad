import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { EcuLink } from '../../shell/links.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

/** What happened to the vehicle and its software, newest first. */
export function VehicleHistory({ vin }: { vin: string }) {
  const answer = useQuery(query('getVehicleHistory', { params: { vin } }));
  return (
    <Loaded answer={answer} label="history">
      {({ items }) => (
        <Table
          items={items}
          enableKeyboardNavigation
          wrapLines
          ariaLabels={{ tableLabel: 'History' }}
          header={<Header counter={`(${items.length})`}>History</Header>}
          empty={<Empty title="Nothing yet" next="The history begins with the registration of the vehicle." />}
          columnDefinitions={[
            { id: 'at', header: 'Time', cell: ({ at }) => <AbsoluteTime at={at} />, isRowHeader: true, width: 220 },
            { id: 'ago', header: 'Age', cell: ({ at }) => <RelativeTime at={at} />, width: 120 },
            { id: 'kind', header: 'Kind', cell: ({ kind }) => kind, width: 130 },
            { id: 'ecu', header: 'ECU', cell: ({ ecuSerial }) => <EcuLink serial={ecuSerial} />, width: 200 },
            { id: 'text', header: 'What happened', cell: ({ text }) => text },
          ]}
        />
      )}
    </Loaded>
  );
}
