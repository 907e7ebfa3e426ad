import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { signDetached } from '@bulkhead/advisories';
import type { Client } from '@bulkhead/contract';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, addAuthenticator, noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { putTestModel, testVin } from './fleet.ts';
import { type Platform, startPlatform } from './harness.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
const ref = 'ACME-2026-4711';
const vin = testVin(9);
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
let platform: Platform;
let browser: Browser;
let watched: Watched;
let engineer: Client;
let softwareId = '';
let kernelId = '';
let findingId = '';

const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'firmware', name: 'tcu-linux', version: '7.2', 'bom-ref': 'root' } },
  components: [
    { type: 'library', 'bom-ref': 'a', name: 'openssl', version: '3.0.7', purl: 'pkg:generic/openssl@3.0.7' },
  ],
};
const openVex = (status: string, at: string, more: object) =>
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://acme.example/${at}`,
    author: 'Acme PSIRT',
    timestamp: at,
    version: 1,
    statements: [{ vulnerability: { name: ref }, products: [{ '@id': 'pkg:generic/openssl@3.0.7' }], status, ...more }],
  });
const harmless = openVex('not_affected', '2026-01-01T00:00:00Z', {
  justification: 'vulnerable_code_not_in_execute_path',
});
const harmful = openVex('affected', '2026-02-01T00:00:00Z', { action_statement: 'Update to 3.0.8.' });

const kernelRecord = {
  dataType: 'CVE_RECORD',
  dataVersion: '5.1',
  cveMetadata: { cveId: 'CVE-2026-31001', state: 'PUBLISHED', assignerOrgId: '416baaa9-dc9f-4396-8d5f-8c081fb06d67' },
  containers: {
    cna: {
      title: 'can: isotp: a flaw',
      providerMetadata: { orgId: '416baaa9-dc9f-4396-8d5f-8c081fb06d67' },
      descriptions: [{ lang: 'en', value: 'A flaw in a protocol that this build leaves out.' }],
      affected: [
        {
          vendor: 'Linux',
          product: 'Linux',
          defaultStatus: 'unaffected',
          programFiles: ['net/can/isotp.c'],
          versions: [{ version: '5.10', lessThan: '6.2', status: 'affected', versionType: 'semver' }],
        },
      ],
      references: [{ url: 'https://git.kernel.org/stable/c/1' }],
    },
  },
};

async function findingOf(name = ref): Promise<string> {
  for (let i = 0; i < 300; i++) {
    const { items } = await engineer.listFindings({ query: { filter: `ref = "${name}"` } });
    if (items[0]) return items[0].id;
    await pause(200);
  }
  throw new Error('The record met no component');
}

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  await putTestModel(engineer);
  const ecus = [{ serial: 'TCU-VEX-9', role: 'tcu', partNumber: 'PN-tcu', supplier: 'Acme' }];
  await engineer.createVehicle({ body: { vin, model: 'test-model', region: 'eu', ecus } });
  const body = { name: 'tcu-linux', version: '7.2', supplier: 'Acme', function: 'telematics' } as const;
  softwareId = (await engineer.createSoftware({ body })).id;
  await engineer.uploadSbom({ params: { id: softwareId }, content: JSON.stringify(sbom) });
  await engineer.planSoftware({
    params: { id: softwareId },
    body: { filter: `vin = ${vin} and role = tcu`, dryRun: false },
  });
  await engineer.putOwnAdvisory({
    body: {
      ref,
      title: 'A flaw in the handshake',
      summary: 'Words of our own.',
      affected: [{ purl: 'pkg:generic/openssl', fixed: '3.0.8' }],
    },
  });
  findingId = await findingOf();
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

test('a document that is imported in the console waits as a proposal', { skip: noBrowser }, async () => {
  const { page } = watched;
  const path = join(mkdtempSync(join(tmpdir(), 'bulkhead-vex-')), 'acme.openvex.json');
  writeFileSync(path, harmless);
  await page.goto('/vex');
  await page.getByRole('button', { name: 'Import a document' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText(/0 applied, 1 proposed/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('row').filter({ hasText: 'Acme PSIRT' }).getByText('Proposed').waitFor();
});

test('an author is trusted by the public key, and a signed document that says otherwise is shown as a conflict', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto('/vex?tab=authors');
  await page.getByRole('button', { name: 'Trust an author' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Acme');
  await page.getByLabel('Public key').fill(publicKey.export({ format: 'pem', type: 'spki' }).toString());
  await page.getByRole('textbox', { name: 'Supplier' }).fill('Acme');
  await page.getByText('settle findings in this supplier').click();
  await page.getByRole('button', { name: 'Trust', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'Acme' }).getByText('Yes').waitFor();

  const signature = signDetached(Buffer.from(harmful), privateKey);
  const taken = await engineer.importVex({ query: { signature }, content: harmful });
  assert.deepEqual([taken.signature, taken.conflicting], ['valid', 1]);

  await page.goto('/vex');
  await page.getByRole('button', { name: `Look at ${ref} by Acme`, exact: true }).click();
  await page.getByText('Acme PSIRT says "not-affected".').first().waitFor();
  await page.getByLabel('Reason').fill('Acme signed it');
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByText('The statement is applied').first().waitFor();
});

test('a decision says what it covers before it is made, holds where it says, and is taken back with a reason', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto(`/findings/${findingId}`);
  await page.getByRole('button', { name: 'Decide…' }).click();
  await page.getByText(/It covers 1 finding in 1 software version, which/).waitFor();
  await page.getByRole('button', { name: /^Because/ }).click();
  await page.getByRole('option', { name: /The vulnerable code never runs/ }).click();
  await page.getByLabel('Explanation').fill('The server never parses foreign certificates.');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.getByText(`Decided about ${ref}`).first().waitFor();

  await page.goto('/decisions');
  await page
    .getByRole('link', { name: /openssl 3\.0\.7, wherever it is/ })
    .first()
    .click();
  await page.getByRole('heading', { name: `Decision about ${ref}` }).waitFor();
  await page.getByRole('row').filter({ hasText: 'tcu-linux 7.2' }).waitFor();
  await page.getByRole('button', { name: 'Withdraw…' }).click();
  await page.getByLabel('Reason').fill('The report was wrong.');
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByText('The decision is withdrawn').first().waitFor();
});

test('chosen findings are decided about together, and the page of the vulnerability and of the software offer the same', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto('/findings');
  const decide = page.getByRole('button', { name: /^Decide/ });
  assert.equal(await decide.getAttribute('aria-disabled'), 'true');
  await page.getByRole('checkbox', { name: `Choose ${ref} in openssl 3.0.7` }).check();
  await page.getByRole('button', { name: 'Decide about 1…' }).click();
  await page.getByText(/It covers 1 finding in 1 software version, which/).waitFor();
  await page.getByRole('radio', { name: /Under investigation/ }).check();
  await page.getByRole('button', { name: /^Where/ }).click();
  await page.getByRole('option', { name: /A software version/ }).click();
  await page.getByLabel('Explanation').fill('Both teams look at it.');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await page.getByText(`Decided about ${ref} in openssl 3.0.7`).first().waitFor();
  await page.getByRole('row').filter({ hasText: 'openssl 3.0.7' }).getByText('Under investigation').waitFor();

  await page.goto(`/vulnerabilities/${ref}`);
  await page.getByRole('button', { name: 'Decide…' }).first().click();
  await page.getByRole('heading', { name: `Decide about ${ref}` }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.goto(`/software/${softwareId}`);
  await page.getByRole('button', { name: 'Export VEX' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /OpenVEX/ }).click();
  assert.match((await download).suggestedFilename(), /openvex\.json$/);
});

test('what was decided is given out signed', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/vex?tab=export');
  await page.getByRole('button', { name: 'Show the signature' }).click();
  await page.getByRole('region', { name: 'signature' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  assert.match((await download).suggestedFilename(), /openvex\.json$/);
});

test('a list of compiled files that is uploaded on the page of the software settles kernel findings there', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  const body = { name: 'tcu-kernel', version: '1.0', supplier: 'Acme', function: 'telematics' } as const;
  kernelId = (await engineer.createSoftware({ body })).id;
  const cpe = 'cpe:2.3:o:linux:linux_kernel:6.1.55:*:*:*:*:*:*:*';
  const components = [{ type: 'operating-system', 'bom-ref': 'k', name: 'linux', version: '6.1.55', cpe }];
  await engineer.uploadSbom({ params: { id: kernelId }, content: JSON.stringify({ ...sbom, components }) });
  const source = await engineer.createSource({ body: { name: 'Kernel CNA', kind: 'advisories', origin: 'upload' } });
  const content = JSON.stringify(kernelRecord);
  await engineer.uploadAdvisories({ params: { id: source.id }, query: { name: 'cve.json' }, content });
  await findingOf('CVE-2026-31001');

  const path = join(mkdtempSync(join(tmpdir(), 'bulkhead-compiled-')), 'compiled.txt');
  writeFileSync(path, 'init/main.o\nkernel/fork.o\n');
  await page.goto(`/software/${kernelId}?tab=vulnerabilities`);
  await page.getByRole('button', { name: 'Upload list…' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();

  await page.getByText(/Settles 1 kernel findings; 0 are/).waitFor();
  const { list } = await engineer.getCompiledFiles({ params: { id: kernelId } });
  assert.deepEqual([list?.files, list?.settles], [4, 1]);
  const { items } = await engineer.listFindings({ query: { filter: 'ref = CVE-2026-31001' } });
  assert.deepEqual(
    items.map(({ state }) => state),
    ['not-affected'],
  );
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the pages about decisions are accessible and ask nothing of the outside (${colorScheme})`, {
    skip: noBrowser,
  }, async () => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme });
    const { items } = await engineer.listDecisions({ query: {} });
    const paths = [
      '/findings',
      '/decisions',
      `/decisions/${items[0]?.id}`,
      '/vex',
      '/vex?tab=authors',
      '/vex?tab=export',
      `/software/${kernelId}?tab=vulnerabilities`,
    ];
    const faults: Record<string, string[]> = {};
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle').catch(() => {}); // the live stream stays open
      if (process.env['BULKHEAD_SHOTS'])
        await page.screenshot({
          path: join(process.env['BULKHEAD_SHOTS'], `${path.replaceAll(/\W+/g, '-')}-${colorScheme}.png`),
        });
      const found = await accessibilityFaults(watched);
      if (found.length > 0) faults[path] = found;
    }
    assert.deepEqual(faults, {});
    assert.deepEqual(watched.outside, []);
    assert.deepEqual(watched.complaints, []);
  });
