import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@bulkhead/kernel';
import type { Browser } from 'playwright-core';
import { type Agent, createAgent } from '../../apps/agent/src/index.ts';
import { accessibilityFaults, addAuthenticator, noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { claimCredential, putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
const vin = testVin(7);
const serial = 'TCU-BROWSER-7';
let platform: Platform;
let browser: Browser;
let watched: Watched;
let agent: Agent | undefined;

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  browser = await openBrowser();
  watched = await openPage(browser, platform.server.consoleUrl);
  await addAuthenticator(watched);
});
after(async () => {
  agent?.stop();
  await browser?.close();
  await platform?.stop();
});

const file = (name: string, text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'bulkhead-import-')), name);
  writeFileSync(path, text);
  return path;
};

/** The state in the summary of the page; the word alone stands in other places too, where it proves nothing. */
const stateShown = (state: string) => watched.page.locator('main').filter({ hasText: new RegExp(`State\\s*${state}`) });

async function importFile(kind: string, path: string, accepted: string) {
  const { page } = watched;
  await page.goto('/imports/new');
  await page.getByRole('radio', { name: kind }).check();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByRole('button', { name: 'Next' }).click();
  await page
    .getByRole('button', { name: /^Upload/ })
    .last()
    .click();
  await page.getByText('Finished', { exact: true }).first().waitFor();
  assert.match(await page.locator('main').innerText(), new RegExp(`Accepted\\s+${accepted}\\s`));
}

test('a person sets the platform up with a passkey and lands on the overview', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto(platform.server.setupLink?.url ?? '');
  await page.getByLabel('E-mail').fill('ada@example.com');
  assert.equal(new URL(page.url()).hash, '', 'the link has left the address bar');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Create passkey' }).click();

  await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
  await page
    .getByRole('button', { name: /Ada Lovelace/ })
    .first()
    .waitFor();
});

test('a vehicle is followed from bulk import to live on its page without a reload', { skip: noBrowser }, async () => {
  const { page } = watched;
  const engineer = await platform.client('engineer');
  await putTestModel(engineer);
  await importFile(
    'Vehicles',
    file('vehicles.csv', `vin,model,region,plant\n${vin},test-model,eu,plant-1\nNOTAVIN,test-model,eu,plant-1\n`),
    '1',
  );
  await page.getByText('a VIN has 17 characters').first().waitFor();
  await importFile(
    'ECUs',
    file(
      'ecus.csv',
      `vin,serial,role,partNumber,supplier\n${vin},${serial},tcu,PN-tcu,Acme\n${vin},GW-BROWSER-7,cgw,PN-cgw,Acme\n`,
    ),
    '2',
  );
  await page.goto('/vehicles');
  await page.getByRole('link', { name: vin }).click();
  await stateShown('Registered').waitFor();
  await page.evaluate(() => Object.assign(globalThis, { untouched: true }));

  const claim = await claimCredential(engineer);
  agent = createAgent({
    vin,
    serial,
    estUrl: platform.estUrl,
    mqtt: platform.mqtt,
    trust: platform.rootPem(),
    clock: systemClock,
    spread: 0,
    claim: () => claim,
    state: { directory: mkdtempSync(join(tmpdir(), 'agent-')), durable: false },
    inventory: () => ({ software: [{ ecuSerial: serial, name: 'tcu-firmware', version: '4.2.0' }], ecus: [] }),
  });
  agent.start();

  await stateShown('Online').waitFor({ timeout: 30_000 });
  await page.getByText('4.2.0').first().waitFor({ timeout: 30_000 });
  assert.equal(await page.evaluate(() => 'untouched' in globalThis), true, 'the page was never reloaded');
});

test('revoking the identity in the console takes the vehicle offline', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto(`/certificates?filter=${encodeURIComponent(`ecuSerial = ${serial}`)}`);
  await page
    .getByRole('link', { name: /^[0-9a-f]{6,}/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Revoke' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('textbox')
    .last()
    .fill(decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? ''));
  await dialog.getByRole('button', { name: 'Revoke' }).last().click();
  await stateShown('Revoked').waitFor();
  // the reason was a compromised key: the ECU comes back only when a person lets it
  await page.getByRole('button', { name: 'Release' }).waitFor();

  await page.goto(`/vehicles/${vin}`);
  await stateShown('Offline').waitFor({ timeout: 15_000 });
});

const pages = [
  '/',
  '/vehicles',
  `/vehicles/${vin}`,
  `/vehicles/${vin}?tab=architecture`,
  '/models',
  '/models/test-model',
  '/ecus',
  '/software',
  '/sboms',
  '/components',
  '/imports',
  '/imports/new',
  '/authorities',
  '/profiles',
  '/certificates',
  '/connections',
  '/refusals',
  '/events',
  '/operators',
  '/tokens',
  '/audit',
  '/jobs',
  '/settings',
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page is accessible, asks nothing of the outside and breaks no policy (${colorScheme})`, {
    skip: noBrowser,
  }, async () => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme });
    const faults: Record<string, string[]> = {};
    for (const path of pages) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      assert.equal(new URL(page.url()).pathname, path.split('?')[0], 'signed in, and not sent elsewhere');
      await page.waitForLoadState('load');
      const found = await accessibilityFaults(watched);
      if (found.length > 0) faults[path] = found;
    }

    assert.deepEqual(faults, {});
    assert.deepEqual(watched.outside, []);
    assert.deepEqual(watched.complaints, []);
  });
}
