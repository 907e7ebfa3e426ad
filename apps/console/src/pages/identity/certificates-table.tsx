import type { Certificate } from '@bulkhead/contract';
import { CertificateLink, EcuLink, VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

const columns: readonly Column<Certificate>[] = [
  {
    id: 'serialNumber',
    header: 'Serial number',
    rowHeader: true,
    width: 230,
    cell: ({ serialNumber }) => <CertificateLink serial={serialNumber} />,
  },
  { id: 'state', header: 'State', width: 120, cell: ({ state }) => <Status state={state} /> },
  { id: 'vin', header: 'VIN', width: 195, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'ecuSerial', header: 'ECU serial', width: 180, cell: ({ ecuSerial }) => <EcuLink serial={ecuSerial} /> },
  { id: 'profile', header: 'Profile', width: 130, cell: ({ profile }) => profile },
  { id: 'notAfter', header: 'Expires', width: 130, cell: ({ notAfter }) => <RelativeTime at={notAfter} /> },
  { id: 'issuedAt', header: 'Issued', width: 130, cell: ({ issuedAt }) => <RelativeTime at={issuedAt} /> },
  {
    id: 'revokedAt',
    header: 'Revoked',
    width: 180,
    cell: ({ revokedAt, revocationReason }) =>
      revokedAt ? (
        <>
          <RelativeTime at={revokedAt} /> ({revocationReason})
        </>
      ) : (
        '–'
      ),
  },
  { id: 'keyAlgorithm', header: 'Key', width: 140, hidden: true, cell: ({ keyAlgorithm }) => keyAlgorithm },
  { id: 'subject', header: 'Subject', width: 260, hidden: true, cell: ({ subject }) => subject },
];

const shared = {
  operation: 'listCertificates',
  noun: 'certificates',
  title: 'Certificates',
  columns,
  rowId: ({ serialNumber }: Certificate) => serialNumber,
  freeText: 'vin',
} as const;

/** The certificates of one vehicle or ECU. */
export function CertificatesTable({ within }: { within: string }) {
  return (
    <ServerTable
      {...shared}
      within={within}
      empty={
        <Empty
          title="No certificates"
          next="An ECU gets its identity when it enrols over EST with a claim certificate."
        />
      }
    />
  );
}

export function CertificatesPage() {
  useTitle('Certificates');
  return (
    <ServerTable
      {...shared}
      headingLevel="h1"
      description={<RuleLine rule={3} about="Who may speak, and until when." />}
      empty={
        <Empty
          title="No certificates yet"
          next="Issue a claim certificate to a plant; ECUs in the inventory then enrol over EST."
          command="bulkhead claim-certificates issue --plant plant-1 --request plant-1.csr"
        />
      }
    />
  );
}
