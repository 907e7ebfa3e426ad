import type { Rule } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { progressText } from '../../shell/job-progress.tsx';
import { VinLink } from '../../shell/links.tsx';
import { useCount } from '../../table/list.ts';
import { Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { RuleCard } from './rule-card.tsx';

function VehiclesOnline() {
  const online = useCount('listVehicles', 'state = online');
  const all = useCount('listVehicles', '');
  return (
    <Section title="Vehicles online">
      <div className="bh-big">
        <Link href={paths.vehicles({ filter: 'state = online' })} fontSize="display-l">
          {online === undefined ? '…' : integer(online)}
        </Link>
      </div>
      of {all === undefined ? '…' : <Link href={paths.vehicles()}>{integer(all)} vehicles</Link>}
    </Section>
  );
}

function RecentEvents() {
  const answer = useQuery(query('listEvents', { query: { limit: 6 } }));
  return (
    <Section title="Recent events" actions={<Link href={paths.events()}>All events</Link>}>
      <Loaded answer={answer} label="events" lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No events yet" next="Vehicles report them as soon as they are connected." />
          ) : (
            <dl className="bh-figures">
              {items.map(({ id, type, severity, vin, receivedAt }) => (
                <div key={id} className="bh-figure">
                  <dt>
                    <Status state={severity}>{type}</Status> <VinLink vin={vin} />
                  </dt>
                  <dd>
                    <RelativeTime at={receivedAt} />
                  </dd>
                </div>
              ))}
            </dl>
          )
        }
      </Loaded>
    </Section>
  );
}

function OpenJobs() {
  const answer = useQuery(query('listJobs', { query: { filter: 'state in (queued, running)', limit: 5 } }));
  return (
    <Section title="Open jobs" actions={<Link href={paths.jobs()}>All jobs</Link>}>
      <Loaded answer={answer} label="jobs" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <>Nothing is running.</>
          ) : (
            <dl className="bh-figures">
              {items.map((job) => (
                <div key={job.id} className="bh-figure">
                  <dt>
                    <Link href={paths.job(job.id)}>{job.title}</Link>
                  </dt>
                  <dd>{progressText(job)}</dd>
                </div>
              ))}
            </dl>
          )
        }
      </Loaded>
    </Section>
  );
}

/** The ten golden rules with what is true of this fleet now, and an honest "not yet" where nothing runs. */
export function OverviewPage() {
  const answer = useQuery(query('getRules', {}));
  const mayVehicles = useDenial('inventory.read') === undefined;
  const mayEvents = useDenial('monitoring.read') === undefined;
  const mayJobs = useDenial('jobs.read') === undefined;
  const rules = answer.data?.items;
  const count = (wanted: Rule['state']) => rules?.filter(({ state }) => state === wanted).length ?? 0;
  return (
    <Page
      title="Overview"
      description={
        rules === undefined
          ? 'The ten golden rules of connected-mobility security, from live data.'
          : `The ten golden rules of connected-mobility security, from live data: ${count('live')} run, ${count('partial')} in part, ${count('not-yet')} not yet.`
      }
    >
      <div className="bh-overview">
        <div className="bh-stack">
          {mayVehicles && <VehiclesOnline />}
          {mayJobs && <OpenJobs />}
        </div>
        {mayEvents && <RecentEvents />}
      </div>
      <Loaded answer={answer} label="rules" lines={12}>
        {({ items }) => (
          <ul className="bh-rules" aria-label="The ten golden rules">
            {items.map((rule) => (
              <RuleCard key={rule.number} rule={rule} />
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  );
}
