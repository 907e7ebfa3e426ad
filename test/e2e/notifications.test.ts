import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { startReceiver, until } from '../../apps/server/src/platform/notify/testing.ts';
import { startSmtp, subjectOf } from '../../apps/server/src/platform/notify/testing-smtp.ts';
import { accessibilityFaults, addAuthenticator, noBrowser, openBrowser, openPage, type Watched } from './browser.ts';
import { type Platform, startPlatform } from './harness.ts';

const builder = fileURLToPath(new URL('../../tools/build-console.ts', import.meta.url));
let platform: Platform;
let browser: Browser;
let watched: Watched;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let mail: Awaited<ReturnType<typeof startSmtp>>;
let status = 200;

before(async () => {
  if (noBrowser) return;
  execFileSync(process.execPath, [builder], { stdio: 'ignore' });
  receiver = await startReceiver((response) => void response.writeHead(status).end('not today'));
  mail = await startSmtp();
  const settings = {
    allowLoopback: 'true',
    smtpHost: '127.0.0.1',
    smtpPort: String(mail.port),
    smtpSecure: 'none',
    smtpFrom: 'bulkhead@corp.example',
  };
  platform = await startPlatform({
    flags: Object.entries(settings).flatMap(([key, value]) => [`--notifications.${key}`, value]),
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
  await receiver?.close();
  await mail?.close();
});

const publish = (subject: string, severity: 'low' | 'critical') =>
  platform.server.modules.notify.publish(platform.database.db, {
    topic: 'vulnerabilities.finding',
    severity,
    subject,
    text: 'In the telematics unit of 12 vehicles',
    link: '/vehicles',
  });
/** The word in the row of a table. */
const inRow = (row: string, word: string) =>
  watched.page.getByRole('row').filter({ hasText: row }).getByText(word, { exact: true });

test('a person creates a signed webhook, keeps its secret and sees a test arrive', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/settings?tab=notifications');
  await page.getByText('Nobody is told yet').waitFor();
  await page.getByRole('link', { name: 'Create channel' }).click();
  await page.getByLabel('Name').fill('SOAR');
  await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
  await page.getByRole('button', { name: 'Create channel' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^whsec_/).waitFor();
  await dialog.getByRole('button', { name: 'I have stored it' }).click();

  await page.getByRole('heading', { name: 'SOAR', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Test SOAR' }).click();
  await page.getByText('The test of SOAR arrived').waitFor();

  assert.match(receiver.subjects()[0] ?? '', /Test of the channel SOAR/);
  assert.match(String(receiver.received[0]?.headers['webhook-signature']), /^v1,/);
});

test('what is published shows in the log without a reload, and a failure with its reason', {
  skip: noBrowser,
}, async () => {
  const { page } = watched;
  await page.goto('/settings?tab=deliveries');
  await page.getByText('Nothing was sent yet').waitFor();

  await publish('Not for this channel', 'low');
  await publish('CVE-2026-1 in libfoo', 'critical');
  await inRow('CVE-2026-1 in libfoo', 'Delivered').waitFor();
  status = 503;
  await publish('CVE-2026-2 in libbar', 'critical');
  await inRow('CVE-2026-2 in libbar', 'Retrying').waitFor();
  await page.getByText('The receiver answered 503: not today').first().waitFor();

  assert.equal(await page.getByText('Not for this channel').count(), 0);
  await page.goto('/settings?tab=notifications');
  await inRow('SOAR', 'Failing').waitFor();
});

test('when the receiver works again a person sends the rest at once', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.getByRole('link', { name: 'SOAR' }).click();
  await page.getByText(/^The last attempt failed/).waitFor();
  status = 200;
  await page.getByRole('button', { name: 'Send CVE-2026-2 in libbar again' }).click();

  await inRow('CVE-2026-2 in libbar', 'Delivered').waitFor();
  assert.deepEqual([...new Set(receiver.subjects())].slice(1), ['CVE-2026-1 in libfoo', 'CVE-2026-2 in libbar']);
});

test('a mail channel is created as a digest, edited to send at once, and deleted', { skip: noBrowser }, async () => {
  const { page } = watched;
  await page.goto('/settings/notifications/new');
  await page.getByLabel('Name').fill('Team mail');
  await page.getByRole('radio', { name: /^Mail/ }).check();
  await page.getByRole('textbox', { name: 'Mail addresses' }).fill('ada@corp.example\nbob@corp.example');
  await page.getByRole('radio', { name: /^As a digest/ }).check();
  await page.getByRole('button', { name: 'Create channel' }).click();
  await page.getByRole('heading', { name: 'Team mail', level: 1 }).waitFor();
  await page.getByText('Daily at 08:00 UTC').waitFor();
  await publish('CVE-2026-3 in libbaz', 'critical');
  await inRow('CVE-2026-3 in libbaz', 'Waiting').waitFor();

  await page.getByRole('tab', { name: 'Edit' }).click();
  await page.getByRole('radio', { name: /^At once/ }).check();
  await page.getByRole('button', { name: 'Save channel' }).click();
  await page.getByText('The channel Team mail is saved').waitFor();
  await until('the mail came', () => mail.mails.length === 1);
  const [sent] = mail.mails as [(typeof mail.mails)[0]];
  assert.deepEqual(sent.to, ['ada@corp.example', 'bob@corp.example']);
  assert.equal(subjectOf(sent), '[critical] CVE-2026-3 in libbaz');

  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').last().fill('Team mail');
  await dialog.getByRole('button', { name: 'Delete channel' }).click();
  await page.getByText('The channel Team mail is deleted').waitFor();
  assert.equal(new URL(page.url()).pathname, '/settings');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the pages of notifications are accessible and break no policy (${colorScheme})`, {
    skip: noBrowser,
  }, async () => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme });
    const [channel] = (await platform.server.modules.notify.channels.list({})).items;
    const paths = [
      '/settings?tab=notifications',
      '/settings?tab=deliveries',
      '/settings/notifications/new',
      `/settings/notifications/${channel?.id}`,
      `/settings/notifications/${channel?.id}?tab=edit`,
    ];
    const faults: Record<string, string[]> = {};
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('load');
      const found = await accessibilityFaults(watched);
      if (found.length > 0) faults[path] = found;
    }

    assert.deepEqual(faults, {});
    assert.deepEqual(watched.outside, []);
    assert.deepEqual(watched.complaints, []);
  });
