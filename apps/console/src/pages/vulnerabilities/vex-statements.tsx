import type { VexStatement } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { useDenial } from '../../session.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { signatureTexts } from './decision-words.ts';
import { VulnerabilityLink } from './marks.tsx';
import { VexImport } from './vex-import.tsx';
import { StatementReview } from './vex-review.tsx';

const columnsWith = (onLook: (statement: VexStatement) => void): readonly Column<VexStatement>[] => [
  {
    id: 'ref',
    header: 'Vulnerability',
    rowHeader: true,
    width: 165,
    cell: ({ ref }) => <VulnerabilityLink id={ref} />,
  },
  { id: 'status', header: 'Says', width: 175, cell: ({ status }) => <Status state={status} /> },
  { id: 'product', header: 'Product', width: 260, cell: ({ product }) => product },
  { id: 'author', header: 'Author', width: 150, cell: ({ author }) => author },
  {
    id: 'state',
    header: 'State',
    width: 140,
    cell: ({ state }) =>
      state === 'rejected' ? <Status state="withdrawn">Turned down</Status> : <Status state={state} />,
  },
  { id: 'note', header: 'Why', width: 300, cell: ({ note }) => note },
  {
    id: 'signature',
    header: 'Signature',
    width: 170,
    cell: ({ signature }) => signatureTexts[signature],
  },
  { id: 'stated', header: 'Said', width: 120, cell: ({ statedAt }) => <RelativeTime at={statedAt} /> },
  { id: 'receivedAt', header: 'Received', width: 120, cell: ({ receivedAt }) => <RelativeTime at={receivedAt} /> },
  {
    id: 'actions',
    header: 'Actions',
    width: 110,
    cell: (statement) => (
      <Button
        variant="inline-link"
        ariaLabel={`Look at ${statement.ref} by ${statement.author}`}
        onClick={() => onLook(statement)}
      >
        Look…
      </Button>
    ),
  },
];

/** Statements received, with what became of them; those that wait are compared with what others say. */
export function StatementsTable() {
  const denial = useDenial('vulnerabilities.decide');
  const [importing, setImporting] = useState(false);
  const [looked, setLooked] = useState<VexStatement>();
  const [columns] = useState(() => columnsWith(setLooked));
  return (
    <>
      <ServerTable
        operation="listVexStatements"
        noun="statements"
        title="Statements received"
        columns={columns}
        rowId={({ id }) => id}
        freeText="ref"
        actions={
          <PermittedButton denial={denial} variant="primary" onClick={() => setImporting(true)}>
            Import a document
          </PermittedButton>
        }
        empty={
          <Empty
            title="No statements yet"
            next="Import what a supplier sent, here or from the command line:"
            command="bulkhead vex import supplier.openvex.json --signature supplier.jws"
          />
        }
      />
      {importing && <VexImport onClose={() => setImporting(false)} />}
      {looked && <StatementReview statement={looked} onClose={() => setLooked(undefined)} />}
    </>
  );
}
