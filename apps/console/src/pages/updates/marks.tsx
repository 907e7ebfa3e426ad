import type { CampaignState, CampaignVehicleState, Release, WaveState } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { paths } from '../../paths.ts';
import { useSession } from '../../session.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import {
  campaignLooks,
  releaseLooks,
  requestLooks,
  rxswinLooks,
  standingLooks,
  vehicleLooks,
  waveLooks,
} from './update-words.ts';

const mark = ([type, text]: readonly [StatusIndicatorProps.Type, string]) => (
  <StatusIndicator type={type}>{text}</StatusIndicator>
);

export const ReleaseState = ({ state }: { state: Release['state'] }) => mark(releaseLooks[state]);
export const CampaignMark = ({ state }: { state: CampaignState }) => mark(campaignLooks[state]);
export const WaveMark = ({ state }: { state: WaveState }) => mark(waveLooks[state]);
export const VehicleMark = ({ state }: { state: CampaignVehicleState }) => mark(vehicleLooks[state]);
export const RequestMark = ({ state }: { state: keyof typeof requestLooks }) => mark(requestLooks[state]);
export const RxswinMark = ({ state }: { state: keyof typeof rxswinLooks }) => mark(rxswinLooks[state]);
export const StandingMark = ({ standing }: { standing: keyof typeof standingLooks }) => mark(standingLooks[standing]);

export const ReleaseLink = ({ id, name }: { id: string; name: string }) => <Link href={paths.release(id)}>{name}</Link>;
export const CampaignLink = ({ id, name }: { id: string; name: string }) => (
  <Link href={paths.campaign(id)}>{name}</Link>
);
/** A vehicle within a campaign: its timeline there. */
export const TimelineLink = ({ id, vin }: { id: string; vin: string }) => (
  <Link href={paths.campaignVehicle(id, vin)}>
    <span className="bh-mono">{vin}</span>
  </Link>
);

interface Act {
  readonly by: { readonly name: string };
  readonly at: string;
}
/** Who did it and when. */
export function Who({ act }: { act: Act | null }) {
  return act ? (
    <>
      {act.by.name}, <RelativeTime at={act.at} />
    </>
  ) : (
    '–'
  );
}

/** A count with its noun: `1 vehicle`, `1,204 vehicles`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;

/**
 * Why the person who is signed in may not decide what others prepared; the server refuses it as well (UN R156 7.1.2.5 i,
 * four eyes).
 */
export function useFourEyes(others: readonly { readonly id: string }[], did: string): string | undefined {
  const { session } = useSession();
  if (!session) return 'Nobody is signed in';
  if (session.kind !== 'operator') return 'A person must decide this: an API token cannot stand for one';
  if (others.some(({ id }) => id === session.id)) return `You have ${did}: somebody else must decide`;
  return undefined;
}
