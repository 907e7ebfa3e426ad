import type { CampaignDetail, CampaignRules, CampaignWave } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Stack } from '../../ui/page.tsx';
import { AbsoluteTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { integer } from '../../ui/time.ts';
import { timedStates } from './campaign-draft.ts';
import { ReleaseLink } from './marks.tsx';
import { failureTexts, vehicleLooks } from './update-words.ts';
import { duration } from './wave-figures.ts';

const days = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' } as const;
const minutes = (value: number) => duration(value * 60);

export function selectText({ by, percent, count, filter }: CampaignWave['select']): string {
  if (by === 'percent') return `${percent ?? 0} % of the vehicles`;
  if (by === 'count') return `${integer(count ?? 0)} vehicles`;
  if (by === 'filter') return `Those with ${filter || 'no filter'}`;
  return 'All that are left';
}

export const windowText = ({ days: on, start, minutes: length }: CampaignRules['windows'][number]): string =>
  `${on.map((day) => days[day]).join(', ')} from ${start} for ${minutes(length)}`;

function rateText({ perMinute, growth }: CampaignRules['rate']): string {
  const begin = `${perMinute} offers a minute`;
  return growth
    ? `${begin}, times ${growth.factor} after every ${integer(growth.every)} ${growth.by}, at most ${growth.maximum}`
    : begin;
}

const columns: readonly Column<CampaignWave>[] = [
  { id: 'ordinal', header: 'Wave', rowHeader: true, width: 180, cell: ({ ordinal, name }) => `${ordinal}. ${name}` },
  { id: 'select', header: 'Takes', width: 240, cell: ({ select }) => selectText(select) },
  { id: 'size', header: 'Vehicles', width: 100, cell: ({ size }) => integer(size) },
  { id: 'success', header: 'Must succeed', width: 130, cell: ({ success }) => `${success.percent} %` },
  {
    id: 'error',
    header: 'Stops at errors',
    width: 240,
    cell: ({ error }) =>
      `${error.percent} % of at least ${error.minimum}${error.count === undefined ? '' : `, or ${error.count}`}`,
  },
  {
    id: 'soak',
    header: 'Then waits',
    width: 120,
    cell: ({ soakMinutes }) => (soakMinutes ? minutes(soakMinutes) : '–'),
  },
];

/** The release to go back to, by name. */
function WayBack({ id }: { id: string | null }) {
  const { data } = useQuery({ ...query('getRelease', { params: { id: id ?? '' } }), enabled: id !== null });
  return id === null ? 'None named' : data ? <ReleaseLink id={id} name={data.name} /> : '…';
}

/** The rules of a campaign as pairs, for its page and for the review before it is made. */
export function rulePairs(rules: CampaignRules) {
  const list = (items: readonly string[], none: string) =>
    items.length === 0 ? none : items.map((text) => <div key={text}>{text}</div>);
  return [
    { label: 'Rate', value: rateText(rules.rate) },
    { label: 'At most in flight', value: integer(rules.maxInFlight) },
    { label: 'Windows, in the time of the vehicle', value: list(rules.windows.map(windowText), 'At any time') },
    {
      label: 'Time-outs',
      value: list(
        timedStates.map((state) => `${vehicleLooks[state][1]}: ${minutes(rules.timeouts[state])}`),
        'None',
      ),
    },
    {
      label: 'Tries again',
      value: list(
        rules.retries.map(
          ({ on, times, afterMinutes }) => `${failureTexts[on]}: ${times} times, ${minutes(afterMinutes)} later`,
        ),
        'Nothing is tried again',
      ),
    },
    { label: 'Users may put it off', value: `${rules.deferral.times} times, by ${rules.deferral.hours} h` },
    {
      label: 'When a wave fails',
      value: { stop: 'It stops', pause: 'It pauses', 'roll-back': 'It rolls back by itself' }[rules.onError],
    },
    {
      label: 'Count as errors as well',
      value: list(
        rules.countAsError.map((state) => vehicleLooks[state][1]),
        'Nothing else',
      ),
    },
    { label: 'Not before', value: <AbsoluteTime at={rules.startsAt} empty="No date" /> },
    { label: 'Ends by itself', value: <AbsoluteTime at={rules.endsAt} empty="No date" /> },
  ];
}

/** What a second person agrees to: target, waves, rules, and the hash over them. */
export function CampaignDefinitionView({ campaign }: { campaign: CampaignDetail }) {
  return (
    <Stack>
      <Section title="Target and release">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Release', value: <ReleaseLink id={campaign.releaseId} name={campaign.releaseName} /> },
            { label: 'Goes back to', value: <WayBack id={campaign.rollbackReleaseId} /> },
            {
              label: 'Target filter',
              value: (
                <Link href={paths.vehicles({ filter: campaign.filter })}>{campaign.filter || 'All vehicles'}</Link>
              ),
            },
            {
              label: 'Hash that two people agree to',
              value: (
                <Copyable
                  value={campaign.hash}
                  label="hash"
                  shown={<span className="bh-mono">{campaign.hash.slice(0, 16)}…</span>}
                />
              ),
            },
          ]}
        />
      </Section>
      <LocalTable
        title="Waves"
        noun="waves"
        items={campaign.waves}
        columns={columns}
        rowId={({ ordinal }) => String(ordinal)}
        empty="No waves"
      />
      <Section title="Rules">
        <KeyValuePairs columns={4} items={rulePairs(campaign.rules)} />
      </Section>
    </Stack>
  );
}
