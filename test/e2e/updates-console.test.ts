import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CampaignDetail, Client } from '@bulkhead/contract';
import { addSignature, dialectOf } from '@bulkhead/uptane';
import type { Browser } from 'playwright-core';
import { fullDossier } from '../../apps/server/src/modules/updates/testing.ts';
import { addAuthenticator, noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';
import {
  draftOf,
  fleet,
  image,
  json,
  keyOf,
  people,
  registerFleet,
  sha256,
  signedRoot,
  signIn,
  until,
  updatesPages,
  walkPages,
} from './updates-world.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
const skip = noBrowser;
let platform: Platform;
let browser: Browser;
let watched: Watched;
let engineer: Client;
let ben: Client;
let cleo: Client;
let softwareId = '';
let releaseId = '';
let campaignId = '';

const campaignIn = (state: CampaignDetail['state']) =>
  until(`the campaign is ${state}`, async () => {
    const campaign = await engineer.getCampaign({ params: { id: campaignId } });
    return campaign.state === state && campaign;
  });

const vehiclesIn = async (state: string, wave: number) =>
  (
    await engineer.listCampaignVehicles({
      query: { filter: `campaign = "${campaignId}" and state = ${state} and wave = ${wave}`, limit: 100 },
    })
  ).items.map(({ vin }) => vin);

/** What the Director would pass on from vehicles. */
const tell = (vins: readonly string[], event: 'download-started' | 'installed' | 'failed', detail?: string) =>
  platform.server.modules.updates.assignments.report(
    vins.map((vin) => ({
      vin,
      event,
      at: new Date(),
      ...(event === 'failed' ? { cause: 'install-failed' as const } : {}),
      ...(detail ? { detail } : {}),
    })),
  );
const serialOf = (vin: string) => `TCU-${Number(vin.slice(11))}`;
const verified = (vins: readonly string[]) =>
  platform.server.modules.updates.assignments.manifestVerified(
    vins.map((vin) => ({ vin, at: new Date(), installed: [{ ecuSerial: serialOf(vin), sha256 }] })),
  );

before(async () => {
  if (skip) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  ({ softwareId } = await registerFleet(engineer));
  browser = await openBrowser();
  watched = await openPage(browser, platform.server.consoleUrl);
  watched.page.setDefaultTimeout(15_000);
  await addAuthenticator(watched);
  const { page } = watched;
  await page.goto(platform.server.setupLink?.url ?? '');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
  ben = await signIn(platform, 'Ben', ['engineer']);
  cleo = await signIn(platform, 'Cleo', ['engineer']);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

/** The button is there, cannot be pressed, and says why to whoever reaches it by keyboard or screen reader. */
async function refused(name: RegExp, reason: string): Promise<void> {
  const button = watched.page.getByRole('button', { name }).first();
  await button.waitFor();
  const described = async () => {
    const id = (await button.getAttribute('aria-describedby')) ?? '';
    return id === '' ? '' : watched.page.locator(`[id="${id}"]`).textContent();
  };
  await until(`${name} says why not`, async () => (await described()) === reason);
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
}

const handIn = (role: string, content: Uint8Array) =>
  engineer.uploadMetadata({ params: { role }, content: Buffer.from(content).toString() });

test('a root ceremony is opened in the console, people sign offline, and the page says who is missing', {
  skip,
}, async () => {
  const { page } = watched;
  await page.goto('/ceremonies');
  await page.getByText('No root yet', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Root ceremony…' }).click();
  await page.getByRole('textbox', { name: 'Valid until' }).fill('2034-11-20');
  const files = page.locator('input[type=file]');
  await files.nth(0).setInputFiles([json('ada.pem', '-----BEGIN PRIVATE KEY-----')]);
  await page.getByText('This is a private key: it must never leave its holder').first().waitFor();
  await page.getByRole('button', { name: 'Remove file 1' }).click();
  await files.nth(0).setInputFiles(people.root.map((signer, i) => keyOf(signer, `root-${i}.json`)));
  await files.nth(1).setInputFiles([keyOf(people.targets, 'targets.json')]);
  await page.getByLabel('Signatures needed for targets').fill('1');
  await page.getByRole('button', { name: 'Open the ceremony' }).click();
  await page.getByRole('heading', { name: 'root, version 1' }).first().waitFor();

  await page.getByRole('button', { name: 'Upload a signed file…' }).click();
  await page
    .getByRole('dialog')
    .locator('input[type=file]')
    .setInputFiles([json('root.json', await signedRoot(platform, 'a', people.root[0]))]);
  await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText('More people must sign').first().waitFor();
  await page.getByText('1 of 2 signatures').first().waitFor();

  await handIn('root', await signedRoot(platform, 'a', people.root[1]));
  for (const signer of people.root) await handIn('root', await signedRoot(platform, 'b', signer));
  await engineer.createTargetsDraft({ body: { expires: '2034-11-20T00:00:00Z' } });
  for (const dialect of ['a', 'b'] as const)
    await handIn(
      'targets',
      addSignature(dialectOf(dialect).readTargets(await draftOf(platform, dialect, 'targets')), people.targets),
    );
  await page.goto('/ceremonies');
  await page.getByText('Enough have signed').first().waitFor();
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByText(/Published: .*root 1/).waitFor();
  await page.getByLabel('Type aktualizr to confirm').fill('aktualizr');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Published for aktualizr clients').first().waitFor();
  await engineer.publishRepository({ body: { dialect: 'b' } });

  const upload = await engineer.createImageUpload({
    body: { fileName: 'tcu-os-8.1.bin', role: 'targets', length: image.length, sha256, hardwareIds: ['PN-tcu'] },
  });
  await engineer.appendImageUpload({ params: { id: upload.id }, query: { offset: 0 }, content: image.toString() });
  await engineer.completeImageUpload({ params: { id: upload.id }, body: {} });
  await page.goto('/images');
  await page.getByRole('row').filter({ hasText: 'tcu-os-8.1.bin' }).getByText('Stored, not listed yet').waitFor();
});

test('a release is opened and filled in the console, and says what its dossier still lacks', { skip }, async () => {
  const { page } = watched;
  await page.goto('/releases?create=1');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Modem 8.1');
  await page.getByText('It closes a security hole').click();
  await page.getByRole('button', { name: 'Open release' }).click();
  await page.getByRole('heading', { name: 'Contents of Modem 8.1' }).waitFor();
  await page.getByRole('button', { name: 'Models' }).click();
  await page.getByRole('option', { name: /Test model/ }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add an image' }).click();
  await page.getByRole('textbox', { name: 'ECU role' }).fill('tcu');
  await page.getByRole('button', { name: /Software it brings/ }).click();
  await page.getByRole('option', { name: /tcu-os 8\.1/ }).click();
  await page.getByRole('textbox', { name: 'Fits hardware' }).fill('PN-tcu');
  await page
    .getByLabel('File of image 1')
    .setInputFiles([{ name: 'tcu-os-8.1.bin', mimeType: 'application/octet-stream', buffer: image }]);
  await page.getByText('Read tcu-os-8.1.bin', { exact: true }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'SHA-256', exact: true }).inputValue(), sha256);
  await page.getByRole('button', { name: 'Save contents' }).click();
  await page.getByRole('heading', { name: 'Release Modem 8.1' }).waitFor();
  await page.getByText(/things are missing before verification/).waitFor();
  const [release] = (await engineer.listReleases({ query: {} })).items;
  releaseId = release?.id ?? '';
  assert.equal(release?.items, 1);

  await page.goto(`/releases/${releaseId}/dossier`);
  await page.getByLabel('Purpose').fill('Close a hole in the modem');
  await page.getByRole('link', { name: /Preconditions, workshop, consent/ }).click();
  await page.getByRole('button', { name: 'Add a precondition' }).click();
  await page.getByRole('link', { name: /Purpose \(changed, not saved\)/ }).waitFor();
  await page.getByRole('button', { name: 'Save dossier' }).click();
  await page.getByText('The dossier is saved').first().waitFor();
  const saved = await engineer.getRelease({ params: { id: releaseId } });
  assert.deepEqual(
    [saved.dossier.purpose, saved.dossier.preconditions],
    ['Close a hole in the modem', [{ signal: 'parked' }]],
  );
});

test('whoever wrote a release may not sign it off or approve it, and the buttons say so', { skip }, async () => {
  const { page } = watched;
  await engineer.putReleaseDossier({ params: { id: releaseId }, body: fullDossier });
  await page.goto(`/releases/${releaseId}`);
  await page.getByRole('button', { name: 'Hand to verification' }).click();
  await page.getByText('It waits for the sign-off of verification').waitFor();
  await refused(/^Sign off/, 'You have written parts of this release: somebody else must decide');
  await refused(/^Approve/, 'Verification is not signed off yet: that comes first');

  const { hash } = await engineer.getRelease({ params: { id: releaseId } });
  const params = { id: releaseId };
  await ben.signOffRelease({ params, body: { hash, comment: 'TR-1 is green', passed: true } });
  await page.getByText('0 of 2 approvals').waitFor(); // live
  await ben.approveRelease({ params, body: { hash, comment: 'agreed' } });
  await page.goto(`/releases/${releaseId}/dossier`);
  await page.getByText(/the sign-off by Ben and the approval by Ben/).waitFor();
  await cleo.approveRelease({ params, body: { hash, comment: '' } });
  await page.goto(`/releases/${releaseId}`);
  await page.getByText('It is approved by two people').waitFor();
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByText(/Campaigns may ship/).waitFor();
  await page.getByLabel('Type Modem 8.1 to confirm').fill('Modem 8.1');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Modem 8.1 is published').first().waitFor();
});

test('compatibility is grouped by reason, with vehicles', { skip }, async () => {
  const { page } = watched;
  await page.goto(`/releases/${releaseId}?tab=compatibility`);
  await page
    .getByText(`${fleet * 0.9} of ${fleet} vehicles can take it`)
    .first()
    .waitFor();
  await page.getByRole('row').filter({ hasText: 'Other hardware' }).getByText(testVin(10)).waitFor();
});

test('the wizard counts before it asks, and the campaign waits for a second person', { skip }, async () => {
  const { page } = watched;
  await page.goto(`/campaigns/new?release=${releaseId}`);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Give it a name').first().waitFor();
  await page.getByRole('textbox', { name: /Name of the campaign/ }).fill('Spring');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText(`${fleet * 0.9} vehicles`, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page
    .getByRole('textbox', { name: 'Share (%)' })
    .first()
    .or(page.getByLabel('Share (%)').first())
    .first()
    .fill('25');
  await page.getByText('(9 vehicles)').waitFor();
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText(`${fleet * 0.9} vehicles will be offered Modem 8.1`).waitFor();
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.getByText('Type Spring to confirm').first().waitFor();
  await page.getByLabel('Type Spring to confirm').fill('Spring');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.getByRole('heading', { name: 'Campaign Spring' }).waitFor();
  campaignId = new URL(page.url()).pathname.split('/')[2] ?? '';
  await campaignIn('planned');
  await page.getByRole('button', { name: 'Start…' }).click();
  await page.getByText(`${fleet * 0.9} vehicles will be offered the update`).waitFor();
  await page.getByLabel('Reason').fill('As agreed on Monday');
  await page.getByLabel('Type Spring to confirm').fill('Spring');
  await page.getByRole('button', { name: 'Ask for the start' }).click();
  await page.getByText('Start: waits for a second person').waitFor();
  await refused(/^Agree/, 'You have asked for it: somebody else must decide');

  const { items } = await ben.listCampaignRequests({ query: { filter: 'state = open' } });
  const [request] = items;
  assert.ok(request);
  await ben.decideCampaignRequest({
    params: { id: request.id },
    body: { agree: true, hash: request.hash, comment: '' },
  });
  await page
    .getByText(/Wave 1|Running/)
    .first()
    .waitFor();
});

test('a wave that fails stops by itself; the open page says why and groups the causes, without a reload', {
  skip,
}, async () => {
  const { page } = watched;
  await page.goto(`/campaigns/${campaignId}`);
  const vins = await until('nine vehicles are offered it', async () => {
    const found = await vehiclesIn('offered', 1);
    return found.length === 9 && found;
  });
  await tell(vins, 'download-started');
  await page.getByRole('img', { name: /Wave 1, First ring: 9 vehicles: 9 under way/ }).waitFor();
  await verified(vins.slice(0, 5));
  await tell(vins.slice(5, 8), 'failed', 'flash write error 0x31');
  await campaignIn('stopped');
  await page
    .getByText(/In wave "First ring" \d of \d vehicles that ended were not updated/)
    .first()
    .waitFor();
  await refused(/^Pause…/, 'It is stopped: it can be paused only while it is running');
  await page.getByRole('tab', { name: 'Causes' }).click();
  const row = page.getByRole('row').filter({ hasText: 'An ECU could not install the image' });
  await row.getByRole('link', { name: vins[5] ?? '' }).click();
  await page.getByText('flash write error 0x31').first().waitFor();
  await page.goto(`/vehicles/${vins[5]}?tab=updates`);
  await page.getByRole('row').filter({ hasText: 'Spring' }).getByText('Failed', { exact: true }).waitFor();
});

test('it is corrected, a second person agrees, and it runs to its end', { skip }, async () => {
  const { page } = watched;
  await page.goto(`/campaigns/${campaignId}`);
  await page.getByRole('button', { name: 'Correct…' }).click();
  await page.getByLabel('First ring: stops at errors (%)').fill('50');
  await page.getByLabel('Reason').fill('The battery was low in the workshop');
  await page.getByRole('button', { name: 'Correct', exact: true }).click();
  await page.getByText('The campaign is corrected').first().waitFor();
  const { hash } = await engineer.getCampaign({ params: { id: campaignId } });
  await ben.resumeCampaign({ params: { id: campaignId }, body: { dryRun: false, reason: 'Corrected', hash } });
  await page.getByRole('button', { name: 'Agree…' }).click();
  await page.getByLabel('Type Spring to confirm').fill('Spring');
  await page.getByRole('button', { name: 'Agree', exact: true }).click();
  await campaignIn('running');
  const again = await until('the vehicles that failed are offered it again', async () => {
    const found = await vehiclesIn('offered', 1);
    return found.length >= 3 && found;
  });
  await verified(again);
  await page.getByRole('img', { name: /Wave 1, First ring: 9 vehicles: \d updated/ }).waitFor();
});

test('a definition of the RXSWIN register is drafted by one and released by another', { skip }, async () => {
  const { page } = watched;
  const drafted = await engineer.createRxswin({
    body: {
      rxswin: 'R155 SWIN 0001',
      model: 'test-model',
      system: 'Telematics unit',
      regulation: 'UN R155',
      software: [{ role: 'tcu', softwareId }],
    },
  });
  await page.goto('/rxswins');
  await page.getByRole('link', { name: 'R155 SWIN 0001' }).click();
  await page.getByRole('button', { name: 'Release…' }).click();
  await page.getByLabel('Type R155 SWIN 0001 to confirm').fill('R155 SWIN 0001');
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await page.getByText('R155 SWIN 0001 version 1 is released').first().waitFor();
  const { state } = await engineer.getRxswin({ params: { id: drafted.id } });
  assert.equal(state, 'released');
  await page.goto('/rxswins');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export register' }).click();
  await page.getByRole('menuitem', { name: /CSV/ }).click();
  assert.equal((await download).suggestedFilename(), 'rxswin-register.csv');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the pages of updates are accessible and ask nothing of the outside (${colorScheme})`, { skip }, async () => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme });
    const [rxswin] = (await engineer.listRxswins({ query: {} })).items;
    const [vin = ''] = await vehiclesIn('succeeded', 1);
    const paths = updatesPages({ release: releaseId, campaign: campaignId, rxswin: rxswin?.id ?? '', vin });
    assert.ok(paths.length >= 34);
    const faults = await walkPages(watched, paths, colorScheme);
    assert.deepEqual(faults, {});
    assert.deepEqual(watched.outside, []);
    // a vehicle that never registered with the Director is unknown to it, which the browser writes down
    assert.deepEqual(
      watched.complaints.filter((text) => !text.includes('404')),
      [],
    );
  });
