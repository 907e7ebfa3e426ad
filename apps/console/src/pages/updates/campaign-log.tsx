import type { CampaignDetail } from '@bulkhead/contract';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { AbsoluteTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';

type Entry = CampaignDetail['log'][number] & { readonly place: number };

const columns: readonly Column<Entry>[] = [
  { id: 'at', header: 'Time', rowHeader: true, width: 220, cell: ({ at }) => <AbsoluteTime at={at} /> },
  { id: 'kind', header: 'What', width: 180, cell: ({ kind }) => kind.replaceAll('-', ' ') },
  { id: 'text', header: 'In words', width: 480, cell: ({ text }) => text || '–' },
  { id: 'by', header: 'Who', width: 180, cell: ({ by }) => by?.name ?? 'The campaign itself' },
];

/** What happened to the campaign, newest first. */
export function CampaignLog({ campaign }: { campaign: CampaignDetail }) {
  return (
    <LocalTable
      title="What happened"
      noun="entries"
      items={campaign.log.map((entry, place) => ({ ...entry, place }))}
      columns={columns}
      rowId={({ place }) => String(place)}
      textOf={({ kind, text, by }) => `${kind} ${text} ${by?.name ?? ''}`}
      empty={<Empty title="Nothing yet" next="Each step of the campaign is written here." />}
    />
  );
}
