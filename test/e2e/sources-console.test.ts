import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Client } from '@bulkhead/contract';
import type { Browser } from 'playwright-core';
import { noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { type Platform, startPlatform } from './harness.ts';
import { lookAt, signUp } from './look.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
let platform: Platform;
let browser: Browser;
let watched: Watched;
let engineer: Client;

const osv = (id: string, more: object) => ({
  id,
  modified: '2026-03-01T00:00:00Z',
  summary: `${id} in our own words`,
  affected: [
    {
      package: { ecosystem: 'OSS-Fuzz', name: 'libwidget', purl: 'pkg:generic/libwidget' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] }],
    },
  ],
  ...more,
});
/** One record that can be read, one that cannot. */
const file = [JSON.stringify(osv('TEST-2026-1', {})), JSON.stringify(osv('TEST-2026-2', { modified: 7 }))].join('\n');

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  platform = await startPlatform();
  engineer = await platform.client('engineer');
  browser = await openBrowser();
  watched = await openPage(browser, platform.server.consoleUrl);
  await signUp(watched, platform.server.setupLink?.url);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

test('a source is added, takes a file, and sets aside what it cannot read with the reason', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto('/advisory-sources');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByRole('button', { name: /^It comes from/ }).click();
  await page.getByRole('option', { name: 'Files that people upload' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('From suppliers');
  await page.getByRole('button', { name: 'Add source' }).last().click();
  await page.getByText('Source From suppliers is added').first().waitFor();

  await page.getByRole('link', { name: 'From suppliers' }).click();
  await page.getByRole('button', { name: 'Upload a file' }).click();
  const path = join(mkdtempSync(join(tmpdir(), 'bulkhead-source-')), 'records.ndjson');
  writeFileSync(path, file);
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText('records.ndjson is being read').first().waitFor();
  await page.getByRole('row').filter({ hasText: 'TEST-2026-2' }).waitFor();
  await page.getByText('Fresh', { exact: true }).first().waitFor();

  const { items } = await engineer.listSources({});
  const source = items.find(({ name }) => name === 'From suppliers');
  assert.deepEqual([source?.records, source?.problems], [1, 1]);
});

test('an advisory typed by hand stands on a page of its own', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/advisory-sources');
  await page.getByRole('link', { name: 'Write an advisory' }).click();
  await page.getByLabel('Title').fill('The diagnostic stack answers before it has unlocked');
  await page.getByLabel('Description').fill('Words of our own.');
  await page.getByRole('textbox', { name: 'Product' }).fill('uds-stack');
  await page.getByLabel('First fixed').fill('4.2');
  await page.getByLabel('CVSS vector').fill('CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
  await page.getByRole('button', { name: 'Write advisory' }).click();
  await page.getByRole('heading', { name: /^BH-\d{4}-\d+: The diagnostic stack/ }).waitFor();
  await page.getByText('Nowhere in the fleet').first().waitFor();
});

test('a source is deleted only by its name, with the loss counted first', { skip: noBrowser }, async () => {
  const { page } = watched;
  const doomed = await engineer.createSource({ body: { kind: 'kev', origin: 'upload', name: 'Doomed' } });
  await page.goto(`/advisory-sources/${doomed.id}`);
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByText(/Removes 0 records/).waitFor();
  const remove = page.getByRole('button', { name: 'Delete source' });
  assert.equal(await remove.getAttribute('aria-disabled'), 'true');
  await page.getByRole('dialog').getByRole('textbox').fill('Doomed');
  await remove.click();
  await page.getByText('Source Doomed is being removed').first().waitFor();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the pages about sources are accessible and ask nothing of the outside (${colorScheme})`, {
    skip: noBrowser,
  }, async () => {
    const { items } = await engineer.listSources({});
    const source = items.find(({ name }) => name === 'From suppliers');
    assert.ok(source);
    const paths = [
      '/advisory-sources',
      '/advisory-sources?tab=problems',
      `/advisory-sources/${source.id}`,
      '/advisories/new',
    ];
    assert.deepEqual(await lookAt(watched, paths, colorScheme), {});
    assert.deepEqual(watched.outside, []);
    assert.deepEqual(watched.complaints, []);
  });
