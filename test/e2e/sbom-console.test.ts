import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Client } from '@bulkhead/contract';
import { readSbom } from '@bulkhead/sbom';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, addAuthenticator, noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
const vin = testVin(8);
let platform: Platform;
let browser: Browser;
let watched: Watched;
let engineer: Client;
let first = '';
let second = '';

const part = (name: string, version: string, more: object = {}) => ({
  type: 'library',
  'bom-ref': name,
  name,
  version,
  supplier: { name: 'Acme' },
  ...more,
});
const document = (version: string) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'firmware', name: 'tcu-linux', version, 'bom-ref': 'root' } },
  components: [
    part('openssl', version, {
      cpe: `cpe:2.3:a:openssl:openssl:${version}:*:*:*:*:*:*:*`,
      licenses: [{ license: { id: 'Apache-2.0' } }],
    }),
    part('curl', '8.0', { purl: 'pkg:generic/curl@8.0', licenses: [{ expression: 'GPL-2.0-only' }] }),
    part('libssl3', version),
  ],
  dependencies: [
    { ref: 'root', dependsOn: ['curl'] },
    { ref: 'curl', dependsOn: ['openssl', 'libssl3'] },
  ],
  vulnerabilities: [
    { id: 'CVE-2026-0001', analysis: { state: 'not_affected', detail: 'Not built' }, affects: [{ ref: 'curl' }] },
  ],
});

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  await putTestModel(engineer);
  const ecus = [{ serial: 'TCU-SBOM-8', role: 'tcu', partNumber: 'PN-tcu', supplier: 'Acme' }];
  await engineer.createVehicle({ body: { vin, model: 'test-model', region: 'eu', ecus } });
  const create = async (version: string) =>
    (await engineer.createSoftware({ body: { name: 'tcu-linux', version, supplier: 'Acme', function: 'telematics' } }))
      .id;
  first = await create('3.0.0');
  second = await create('3.0.1');
  await engineer.uploadSbom({ params: { id: first }, content: JSON.stringify(document('3.0.0')) });
  await engineer.planSoftware({
    params: { id: first },
    body: { filter: `vin = ${vin} and role = tcu`, dryRun: false },
  });
  browser = await openBrowser();
  watched = await openPage(browser, platform.server.consoleUrl);
  await addAuthenticator(watched);
  const { page } = watched;
  await page.goto(platform.server.setupLink?.url ?? '');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const main = () => watched.page.locator('main');

test('an SBOM is attached by choosing a file, and its page shows what is in it', { skip: noBrowser }, async () => {
  const { page } = watched;
  const path = join(mkdtempSync(join(tmpdir(), 'bulkhead-sbom-')), 'bom.cdx.json');
  writeFileSync(path, JSON.stringify(document('3.0.1')));
  await page.goto(`/software/${second}`);
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByRole('button', { name: 'Upload SBOM' }).click();
  await page.getByText('is attached').first().waitFor();
  await page.getByRole('link', { name: '3 components' }).click();

  await page.getByRole('heading', { name: 'SBOM of tcu-linux 3.0.1' }).waitFor();
  await page.getByText('Nobody can identify 1 component').waitFor();
});

test('the graph puts a chosen component in the middle, and the list says the same', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.getByRole('tab', { name: 'Dependencies' }).click();
  await page.locator('.react-flow__node').filter({ hasText: 'curl' }).click();
  await page.getByRole('heading', { name: 'Around curl 8.0' }).waitFor();
  assert.ok(new URL(page.url()).searchParams.get('focus'), 'the middle stands in the address');
  await page.getByRole('button', { name: 'List', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'Put in the middle' }).filter({ hasText: 'curl' }).first();
  assert.match(await row.innerText(), /curl\s+8\.0\s+0\s+openssl 3\.0\.1, libssl3 3\.0\.1\s+tcu-linux 3\.0\.1/);
});

test('quality, licences, comparison and statements are a click away', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.getByRole('tab', { name: 'Quality' }).click();
  await page.getByText('Name the person or organisation that answers for the SBOM').waitFor();
  await page.getByRole('tab', { name: 'Licences' }).click();
  await page.getByRole('row').filter({ hasText: 'GPL-2.0-only' }).getByText('Copyleft').waitFor();
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: /What came before/ }).click();
  await page.getByRole('option', { name: 'tcu-linux 3.0.0' }).click();
  await page.getByRole('heading', { name: /tcu-linux 3\.0\.0 → tcu-linux 3\.0\.1/ }).waitFor();
  assert.match(await main().innerText(), /Other version \(2\)/);
  await page.getByRole('tab', { name: 'Statements (1)' }).click();
  await page.getByRole('row').filter({ hasText: 'CVE-2026-0001' }).getByText('not_affected').waitFor();
});

test('a proposal is confirmed once, and the component is no longer nobody’s', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/unidentified-components');
  await page.getByRole('button', { name: 'Confirm that libssl3 is openssl:openssl' }).click();
  await page.getByText('Every component is identified').waitFor();
  await page.goto('/components?filter=name%20%3D%20libssl3');
  await page.getByText('openssl:openssl, confirmed by a person').first().waitFor();
});

test('a document below the gate waits until somebody uses it with a reason', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/sbom-gates');
  await page.getByRole('button', { name: 'Set a gate' }).click();
  await page.getByRole('spinbutton', { name: 'Least score' }).fill('99');
  await page.getByRole('button', { name: 'Set gate', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'Every other supplier' }).getByText('99').waitFor();
  const changed = { ...document('3.0.1'), version: 2 };
  const waiting = await engineer.uploadSbom({ params: { id: second }, content: JSON.stringify(changed) });
  assert.equal(waiting.state, 'rejected');

  await page.goto(`/software/${second}`);
  await page.getByRole('link', { name: 'Look at it' }).click();
  await page.getByText('Kept, but not used').waitFor();
  await page.getByRole('button', { name: 'Use it all the same…' }).click();
  await page.getByLabel('Reason').fill('the supplier sends a better one with 3.0.2');
  await page.getByRole('button', { name: 'Use this SBOM' }).click();

  await page.getByText('is in use').first().waitFor();
  await main()
    .filter({ hasText: /State\s*In use/ })
    .waitFor();
});

test('the SBOM of the whole vehicle is downloaded from its page', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto(`/vehicles/${vin}`);
  await page.getByRole('button', { name: 'Export SBOM' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /As built/ }).click();
  const file = await download;

  assert.equal(file.suggestedFilename(), `${vin}.built.cdx.json`);
  const sbom = readSbom(readFileSync(await file.path()));
  assert.deepEqual(
    [sbom.subject?.name, sbom.components.map(({ name }) => name)],
    [vin, ['tcu', 'tcu-linux', 'openssl', 'curl', 'libssl3']],
  );
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the pages about SBOMs are accessible and ask nothing of the outside (${colorScheme})`, {
    skip: noBrowser,
  }, async () => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme });
    const id = (await engineer.getSoftware({ params: { id: second } })).sbomId ?? '';
    const before = (await engineer.getSoftware({ params: { id: first } })).sbomId ?? '';
    const tabs = ['components', 'dependencies', 'quality', 'licences', `diff&against=${before}`, 'statements'];
    const paths = [
      ...tabs.map((tab) => `/sboms/${id}?tab=${tab}`),
      '/sboms',
      '/unidentified-components',
      '/unidentified-components?tab=aliases',
      '/licences',
      '/sbom-gates',
      `/software/${second}`,
    ];
    const faults: Record<string, string[]> = {};
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle').catch(() => {}); // the live stream stays open
      if (path.includes('dependencies')) await page.locator('.react-flow__node').first().waitFor();
      const found = await accessibilityFaults(watched);
      if (found.length > 0) faults[path] = found;
    }

    assert.deepEqual(faults, {});
    assert.deepEqual(watched.outside, []);
    assert.deepEqual(watched.complaints, []);
  });
}
