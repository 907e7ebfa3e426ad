import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, type CampaignDetail, type Client } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { releasesOf } from '../fleet/software.ts';
import type { SimulatorState } from '../provision/simulator-state.ts';
import { letLoose, planned } from './campaign.ts';
import { holdCeremony, listImages } from './ceremony.ts';
import { type OfflineKeys, openOfflineKeys } from './offline-keys.ts';
import { invitePeople, type People } from './people.ts';
import { type ReleaseOptions, releaseName, shipRelease } from './release.ts';
import { sendImage, targetOf, unitImage, unitProgram } from './unit-images.ts';

export interface ChapterOptions {
  /** A token that may invite people. */
  readonly client: Client;
  readonly url: string;
  readonly state: SimulatorState;
  readonly clock: Clock;
  readonly vehicles: number;
  /** The fleet is there and the advisories are read. */
  readonly ready: Promise<unknown>;
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
}

const hole = 'CVE-2024-45492';
const done = 'update-chapter';
const lookMs = 1_000;
/** People look at what stopped before they correct it. */
const thinkMs = 12_000;

/**
 * Ships the fix of the critical hole in the telematics unit: people, the ceremony of the Image repository, a release, and
 * a campaign that stops by itself, is corrected and resumed, until the case closes. Each step looks first at what is there,
 * so what was cut short is gone on with, and what is over is not played again.
 */
export async function shipUpdate(options: ChapterOptions): Promise<void> {
  const { client, url, clock, state, log, stop } = options;
  if (state.read(done) !== undefined) return;
  try {
    const people = await invitePeople({ administrator: client, url, clock });
    const keys = openOfflineKeys(state);
    await openRepository(options, people, keys);
    await options.ready;
    if (!stop.aborted) await play(options, people, keys);
  } catch (error) {
    if (stop.aborted) return;
    const forbidden = error instanceof ApiProblem && error.status === 403;
    log(
      forbidden
        ? 'updates are left out: the token needs the role administrator for them'
        : `the update could not be shipped: ${String(error)}`,
    );
  }
}

/** The repository with the images that the fleet was built with, so that a vehicle can be told to stay with one. */
async function openRepository({ clock, log }: ChapterOptions, { author }: People, keys: OfflineKeys): Promise<void> {
  const held = await holdCeremony(author, keys, clock.now());
  const images = releasesOf(unitProgram).map(unitImage);
  for (const image of images) await sendImage(author, image);
  const targets = new Map(images.map((image) => [image.fileName, targetOf(image)]));
  await listImages(author, keys, targets, clock.now());
  if (held)
    log('three demonstration people signed root and targets of the Image repository offline, and published its images');
}

async function play(options: ChapterOptions, people: People, keys: OfflineKeys): Promise<void> {
  const { clock, log, stop, state, vehicles } = options;
  const release: ReleaseOptions = { people, keys, now: clock.now, log };
  const { next = '' } = unitProgram;
  const releaseId = await shipRelease(release, { version: next, correction: '', fixes: [hole] });
  let campaign = await planned(people, releaseId, vehicles);
  if (campaign.state === 'planned') {
    await letLoose(people, campaign.id, 'start', `The hole ${hole} is critical and can be used against this unit`);
    const first = campaign.waves[0]?.size ?? 0;
    log(
      `campaign started with a second person's agreement: ${campaign.plan.eligible} vehicles, ${first} of them first`,
    );
  }
  campaign = await settled(people, campaign.id, stop);
  if (campaign.state === 'stopped' && campaign.finishedAt === null) {
    log(`the campaign stopped by itself: ${campaign.why}`);
    await tellCauses(people, campaign.id, log);
    await sleep(thinkMs, undefined, { signal: stop });
    await atRest(people, campaign.id, stop);
    await correct(release, campaign.id);
    campaign = await settled(people, campaign.id, stop);
  }
  log(`the campaign is ${campaign.state}: ${campaign.why}`);
  if (campaign.state !== 'finished') return;
  log(await closing(people.author, stop));
  state.write(done, clock.now().toISOString());
}

/** The corrected release takes the place of the first, failed vehicles get another attempt, and two agree to that. */
async function correct(release: ReleaseOptions, id: string): Promise<void> {
  const { people, log } = release;
  const { next = '', correction: version = '' } = unitProgram;
  const correction = ` ${next} does not come up in most units, because its watchdog fires before the modem answers; ${version} waits for the modem.`;
  const releaseId = await shipRelease(release, { version, correction, fixes: [hole] });
  const reason = `${releaseName(next)} is replaced by ${releaseName(version)}`;
  await people.author.amendCampaign({ params: { id }, body: { releaseId, retryFailed: true, reason } });
  await letLoose(people, id, 'resume', 'The cause is found and corrected');
  log(`the campaign is corrected to ${releaseName(version)} and resumed with a second person's agreement`);
}

/** Waits until the campaign moves no more by itself; people may pause and go on meanwhile. */
async function settled({ author }: People, id: string, stop: AbortSignal): Promise<CampaignDetail> {
  for (;;) {
    const campaign = await author.getCampaign({ params: { id } });
    if (campaign.state === 'stopped' || campaign.state === 'finished' || campaign.state === 'cancelled')
      return campaign;
    await sleep(lookMs, undefined, { signal: stop });
  }
}

/** What vehicles are at is let come to its end before the campaign means another image. */
async function atRest({ author }: People, id: string, stop: AbortSignal): Promise<void> {
  while ((await author.getCampaign({ params: { id } })).inFlight > 0) await sleep(lookMs, undefined, { signal: stop });
}

async function tellCauses({ author }: People, id: string, log: (line: string) => void): Promise<void> {
  const { causes } = await author.getCampaignCauses({ params: { id } });
  for (const { vehicles, text } of causes) log(`cause in ${vehicles} vehicle${vehicles === 1 ? '' : 's'}: ${text}`);
}

/** Only what vehicles report closes the case. */
async function closing(client: Client, stop: AbortSignal): Promise<string> {
  for (;;) {
    const { items } = await client.listCases({ query: { filter: `ref = "${hole}"`, limit: 50 } });
    const one = items.find(({ software }) => software === unitProgram.name);
    if (one?.state === 'closed')
      return `the case of ${hole} in ${unitProgram.name} is closed: ${one.closedBecause}, ${one.vehicles.remaining} vehicles remain`;
    await sleep(lookMs, undefined, { signal: stop });
  }
}
