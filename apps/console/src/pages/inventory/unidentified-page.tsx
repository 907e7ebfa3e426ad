import type { Alias, UnidentifiedName } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import Tabs from '@cloudscape-design/components/tabs';
import { useMemo, useState } from 'react';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { useCount } from '../../table/list.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Page, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { AliasDecision, meaningOf } from './alias-decision.tsx';
import { AliasForm } from './alias-form.tsx';

function Proposals({ row, onSay }: { row: UnidentifiedName; onSay: (name: string) => void }) {
  const denial = useDenial('inventory.write');
  return (
    <ul className="bh-plain-list">
      {row.proposals.map((alias) => (
        <li key={alias.id}>
          <span className="bh-mono">{meaningOf(alias)}</span> <AliasDecision alias={alias} />
          <br />
          <small>{alias.because}</small>
        </li>
      ))}
      <li>
        <PermittedButton
          denial={denial}
          variant="inline-link"
          ariaLabel={`Say what ${row.name} is`}
          onClick={() => onSay(row.name)}
        >
          Say what it is…
        </PermittedButton>
      </li>
    </ul>
  );
}

const columnsWith = (onSay: (name: string) => void): readonly Column<UnidentifiedName>[] => [
  {
    id: 'name',
    header: 'Name',
    rowHeader: true,
    width: 240,
    cell: ({ name }) => (
      <Link href={paths.components({ filter: `name : ${quoted(name)} and identified = false` })}>{name}</Link>
    ),
  },
  { id: 'vehicles', header: 'Vehicles', width: 120, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'software', header: 'Software', width: 130, cell: ({ software }) => integer(software) },
  { id: 'versions', header: 'Versions', width: 130, cell: ({ versions }) => integer(versions) },
  { id: 'source', header: 'Built from', width: 140, cell: ({ source }) => source ?? '–' },
  { id: 'may', header: 'What it may be', width: 420, cell: (row) => <Proposals row={row} onSay={onSay} /> },
];

const proposed = 'proposed = true';

/** Says how many names only wait for somebody's word. */
function Proposed() {
  const [state, setState] = useListState();
  const count = useCount('listUnidentified', `confirmed = false and ${proposed}`);
  if (!count || state.filter === proposed) return null;
  return (
    <Alert type="info" action={<Button onClick={() => setState({ filter: proposed })}>Show them</Button>}>
      For <b>{integer(count)}</b> of these names there is a proposal: confirm it once, and it holds for every SBOM.
    </Alert>
  );
}

function Unidentified() {
  const [naming, setNaming] = useState<string>();
  const columns = useMemo(() => columnsWith(setNaming), []);
  return (
    <Stack>
      <Proposed />
      <ServerTable
        operation="listUnidentified"
        noun="names"
        title="Names that no advisory can be matched to"
        columns={columns}
        rowId={({ name }) => name}
        freeText="name"
        within="confirmed = false"
        empty={
          <Empty
            title="Every component is identified"
            next="Each has a CPE, a package URL of an ecosystem with advisories, or a name that somebody confirmed."
          />
        }
      />
      {naming !== undefined && <AliasForm name={naming} onClose={() => setNaming(undefined)} />}
    </Stack>
  );
}

const aliasColumns: readonly Column<Alias>[] = [
  { id: 'name', header: 'Name', rowHeader: true, width: 240, cell: ({ name, prefix }) => (prefix ? `${name}…` : name) },
  { id: 'meaning', header: 'Means', width: 280, cell: (alias) => <span className="bh-mono">{meaningOf(alias)}</span> },
  {
    id: 'state',
    header: 'State',
    width: 140,
    cell: ({ state }) => (state === 'rejected' ? <Status state="disabled">Rejected</Status> : <Status state={state} />),
  },
  { id: 'because', header: 'Because', width: 260, cell: ({ because }) => because },
  { id: 'decidedBy', header: 'Decided by', width: 160, cell: ({ decidedBy }) => decidedBy ?? '–' },
  {
    id: 'decidedAt',
    header: 'Decided',
    width: 130,
    cell: ({ decidedAt }) => (decidedAt ? <RelativeTime at={decidedAt} /> : '–'),
  },
  { id: 'createdAt', header: 'Created', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'actions', header: 'Actions', width: 150, cell: (alias) => <AliasDecision alias={alias} /> },
];

function Aliases() {
  return (
    <ServerTable
      operation="listAliases"
      noun="aliases"
      title="What names mean"
      columns={aliasColumns}
      rowId={({ id }) => id}
      freeText="name"
      empty={
        <Empty
          title="No names have a meaning yet"
          next="Confirm what is proposed, or say it yourself:"
          command="bulkhead aliases create --name NAME --cpe-vendor VENDOR --cpe-product PRODUCT"
        />
      }
    />
  );
}

/** Components nobody could identify, as loud as findings: a weakness in them stays unseen. */
export function UnidentifiedPage() {
  const [tab, openTab] = useTab('names');
  const denial = useDenial('inventory.write');
  const [naming, setNaming] = useState(false);
  return (
    <Page
      title="Unidentified components"
      description={
        <RuleLine rule={2} about="A known weakness in them stays unseen until somebody says what they are." />
      }
      actions={
        <PermittedButton denial={denial} variant="primary" onClick={() => setNaming(true)}>
          Say what a name is
        </PermittedButton>
      }
    >
      <Tabs
        activeTabId={tab}
        ariaLabel="Names and their meanings"
        onChange={({ detail }) => openTab(detail.activeTabId)}
        tabs={[
          { id: 'names', label: 'To be named', content: <Unidentified /> },
          { id: 'aliases', label: 'Decided and proposed', content: <Aliases /> },
        ]}
      />
      {naming && <AliasForm name="" onClose={() => setNaming(false)} />}
    </Page>
  );
}
