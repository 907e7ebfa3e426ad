import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@bulkhead/contract';
import type { Browser } from 'playwright-core';
import { noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';
import { lookAt, signUp } from './look.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
const ref = 'CVE-2026-4711';
const other = 'CVE-2026-4712';
const regions = ['eu', 'eu', 'eu', 'us', 'cn', 'atlantis'];
const vin = testVin(20);
let platform: Platform;
let browser: Browser;
let watched: Watched;
let engineer: Client;
let softwareId = '';

const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'firmware', name: 'tcu-linux', version: '7.2', 'bom-ref': 'root' } },
  components: [
    { type: 'library', 'bom-ref': 'a', name: 'openssl', version: '3.0.7', purl: 'pkg:generic/openssl@3.0.7' },
    { type: 'library', 'bom-ref': 'b', name: 'expat', version: '2.4.0', purl: 'pkg:generic/expat@2.4.0' },
  ],
};

/** A vehicle per region: a telematics unit with known software, a gateway with software that no SBOM describes. */
async function makeFleet(): Promise<void> {
  await putTestModel(engineer);
  for (const [i, region] of regions.entries()) {
    const ecus = ['tcu', 'cgw'].map((role) => ({
      serial: `${role.toUpperCase()}-${i}`,
      role,
      partNumber: `PN-${role}`,
      supplier: 'Acme',
    }));
    await engineer.createVehicle({ body: { vin: testVin(20 + i), model: 'test-model', region, ecus } });
  }
  const make = async (name: string, role: 'tcu' | 'cgw', version: string) => {
    const software = { name, version, supplier: 'Acme', function: role === 'tcu' ? 'telematics' : 'gateway' } as const;
    const { id } = await engineer.createSoftware({ body: software });
    await engineer.planSoftware({ params: { id }, body: { filter: `role = ${role}`, dryRun: false } });
    return id;
  };
  softwareId = await make('tcu-linux', 'tcu', '7.2');
  await make('cgw-fw', 'cgw', '1.0');
  await engineer.uploadSbom({ params: { id: softwareId }, content: JSON.stringify(sbom) });
}

async function writeAdvisories(): Promise<void> {
  const openssl = {
    aliases: [ref],
    title: 'The handshake can be made to run over its buffer',
    summary:
      'An attacker in the same network sends a certificate whose name is longer than the buffer it is copied to.',
    vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    exploitation: 'active' as const,
    cwes: ['CWE-787'],
    references: ['https://example.org/advisory'],
    affected: [{ purl: 'pkg:generic/openssl', fixed: '3.0.8' }],
  };
  await engineer.putOwnAdvisory({ body: openssl });
  await engineer.putOwnAdvisory({
    body: {
      aliases: [other],
      title: 'A deep document exhausts the stack',
      summary: 'Words of our own.',
      affected: [{ purl: 'pkg:generic/expat', fixed: '2.4.9' }],
    },
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(200);
  }
  throw new Error(`Waited in vain: ${what}`);
}

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  await makeFleet();
  await writeAdvisories();
  await until('both records meet their component', async () =>
    (await engineer.listFindings({ query: {} })).items.length === 2 ? true : undefined,
  );
  browser = await openBrowser();
  watched = await openPage(browser, platform.server.consoleUrl);
  await signUp(watched, platform.server.setupLink?.url);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

test('a vehicle, an ECU and a software version show what is weak in them, and what nobody knows', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto(`/vehicles/${vin}?tab=vulnerabilities`);
  const row = page.getByRole('row').filter({ hasText: ref });
  await row.getByRole('link', { name: 'openssl 3.0.7' }).waitFor();
  await row.getByRole('link', { name: 'TCU-0' }).waitFor();
  await page.getByText('cgw-fw 1.0 on cgw').waitFor();

  await page.goto('/ecus/TCU-0?tab=vulnerabilities');
  await page.getByRole('row').filter({ hasText: other }).waitFor();
  await page.goto('/ecus/CGW-0?tab=vulnerabilities');
  await page.getByText('Nothing is known').waitFor();

  await page.goto(`/software/${softwareId}`);
  await page.getByRole('tab', { name: 'Vulnerabilities' }).click();
  await page.getByRole('row').filter({ hasText: other }).waitFor();
});

test('the blast radius is drawn by region, and a region that no map knows is told beside it', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto(`/vulnerabilities/${ref}`);
  const map = page.getByRole('img', { name: /^Map of vehicles by region/ });
  assert.match((await map.getAttribute('aria-label')) ?? '', /European Union: 3 vehicles/);
  assert.deepEqual((await map.locator('text').allTextContents()).toSorted(), ['cn 1', 'eu 3', 'us 1']);
  await page.getByText('Not on the map: atlantis (1 vehicle)').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('tab', { name: 'Vehicles' }).click();
  await page.getByRole('link', { name: 'All VINs as CSV' }).click();
  assert.match((await download).suggestedFilename(), /\.csv$/);
});

test('the clocks are changed with the effect on open cases counted first, and the change stands in the log', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto('/sla-policy');
  const days = page.getByLabel('Days for Out of cycle, criticality medium');
  await days.fill('0');
  assert.equal(await page.getByRole('button', { name: 'Save…' }).getAttribute('aria-disabled'), 'true');
  await days.fill('200');
  await page.getByText(/More time for what is worse/).waitFor();
  await days.fill('40');
  await page.getByRole('button', { name: 'Save…' }).click();
  await page.getByText(/Get another due date: 1 of 1/).waitFor();
  await page.getByRole('textbox', { name: /^Type sla-policy/ }).fill('sla-policy');
  await page.getByRole('button', { name: 'Change the clocks' }).click();
  await page.getByText('The clocks are changed').first().waitFor();
  await page.getByRole('row').filter({ hasText: 'vulnerabilities.save-sla' }).first().waitFor();
  assert.equal((await engineer.getSlaPolicy({}))['out-of-cycle'].medium, 40);
});

test('findings are kept as a view that a link opens again', { skip: noBrowser }, async () => {
  const { page } = watched;
  const filter = encodeURIComponent('outcome in (immediate, out-of-cycle)');
  await page.goto(`/findings?filter=${filter}`);
  await page.getByRole('row').filter({ hasText: ref }).waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: other }).count(), 0);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: /^Save/ }).first().click();
  await page.getByLabel('Name').fill('Urgent');
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.goto('/findings');
  await page.getByRole('row').filter({ hasText: other }).waitFor();
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: /^Urgent outcome/ }).click();
  await page.getByRole('row').filter({ hasText: other }).waitFor({ state: 'detached' });
  await page.getByRole('row').filter({ hasText: ref }).waitFor();
});

/** The pages in two walks, so that none takes longer than a test may. */
const walks: Readonly<Record<string, () => Promise<string[]>>> = {
  'the pages of the work on vulnerabilities': async () => {
    const { items: cases } = await engineer.listCases({ query: {} });
    const { items: findings } = await engineer.listFindings({ query: { filter: `ref = "${ref}"` } });
    assert.ok(cases.length > 0 && findings.length > 0);
    return [
      '/portfolio',
      '/findings',
      `/findings/${findings[0]?.id}`,
      '/cases',
      `/cases/${cases[0]?.id}`,
      '/sla-policy',
      `/software/${softwareId}?tab=vulnerabilities`,
    ];
  },
  'the pages from a vulnerability to the vehicles': async () => [
    '/vulnerabilities',
    `/vulnerabilities/${ref}`,
    `/vulnerabilities/${ref}?tab=vehicles`,
    `/vulnerabilities/${ref}?tab=records`,
    `/vehicles/${vin}?tab=vulnerabilities`,
    '/ecus/TCU-0',
    '/ecus/TCU-0?tab=vulnerabilities',
  ],
};
for (const [what, pathsOf] of Object.entries(walks))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${what} are accessible and ask nothing of the outside (${colorScheme})`, { skip: noBrowser }, async () => {
      assert.deepEqual(await lookAt(watched, await pathsOf(), colorScheme), {});
      assert.deepEqual(watched.outside, []);
      assert.deepEqual(watched.complaints, []);
    });
