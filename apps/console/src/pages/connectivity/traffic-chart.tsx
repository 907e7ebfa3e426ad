import ExpandableSection from '@cloudscape-design/components/expandable-section';
import LineChart from '@cloudscape-design/components/line-chart';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { usePreferences } from '../../theme/preferences.ts';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { absoluteTime, integer } from '../../ui/time.ts';

type Minute = {
  readonly at: string;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly refused: number;
};
const series = [
  ['Messages in', 'messagesIn', 'var(--bh-accent)'],
  ['Messages out', 'messagesOut', 'var(--bh-info)'],
  ['Refused', 'refused', 'var(--bh-bad)'],
] as const;

const hour = 3_600_000;

function Chart({ minutes, zone }: { minutes: readonly Minute[]; zone: 'local' | 'utc' }) {
  const last = minutes.at(-1);
  const clock = (at: Date) => absoluteTime(at, zone).slice(11, 16);
  const most = Math.max(10, ...minutes.flatMap((m) => [m.messagesIn, m.messagesOut, m.refused]));
  return (
    <LineChart
      height={180}
      hideFilter
      xScaleType="time"
      xTitle={zone === 'utc' ? 'Time (UTC)' : 'Time'}
      yTitle="Messages per minute"
      yDomain={[0, Math.ceil(most * 1.1)]}
      {...(last ? { xDomain: [new Date(Date.parse(last.at) - hour), new Date(last.at)] } : {})}
      ariaLabel="Messages per minute of the last hour"
      series={series.map(([title, field, color]) => ({
        title,
        color,
        type: 'line',
        data: minutes.map((minute) => ({ x: new Date(minute.at), y: minute[field] })),
      }))}
      xTickFormatter={clock}
      i18nStrings={{ xTickFormatter: clock, yTickFormatter: integer }}
      empty="No messages in the last hour"
    />
  );
}

/** Messages of the last hour as lines, with the same numbers as a table. */
export function TrafficChart() {
  const { timeZone } = usePreferences();
  const answer = useQuery({ ...query('getTraffic', {}), refetchInterval: 30_000 });
  return (
    <Section
      title="Traffic of the last hour"
      description={answer.data ? `${integer(answer.data.connected)} connections are open now` : 'Counting connections'}
    >
      <Loaded answer={answer} label="traffic" lines={8}>
        {({ minutes }) => (
          <SpaceBetween size="s">
            <Chart minutes={minutes} zone={timeZone} />
            <ExpandableSection headerText="The same as a table">
              <Table
                variant="embedded"
                items={[...minutes].reverse()}
                enableKeyboardNavigation
                ariaLabels={{ tableLabel: 'Messages per minute' }}
                columnDefinitions={[
                  {
                    id: 'at',
                    header: 'Minute',
                    isRowHeader: true,
                    cell: ({ at }) => absoluteTime(new Date(at), timeZone),
                  },
                  ...series.map(([header, field]) => ({
                    id: field,
                    header,
                    cell: (minute: Minute) => integer(minute[field]),
                  })),
                ]}
              />
            </ExpandableSection>
          </SpaceBetween>
        )}
      </Loaded>
    </Section>
  );
}
