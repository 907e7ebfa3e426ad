/**
 * Takes the pictures of the README and the docs from a running demonstration: `npm run demo` in one terminal, and in
 * another `npm run screenshots -- --link URL` with the set-up link it printed. Needs Chromium.
 * `--out DIR` (default docs/images); `--all` takes every page in both themes, for looking at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { addAuthenticator, openBrowser, openPage } from '../test/e2e/browser.ts';
import { repositoryRoot } from './lib/repository-root.ts';

const { values } = parseArgs({
  options: {
    link: { type: 'string' },
    out: { type: 'string', default: join(repositoryRoot, 'docs/images') },
    all: { type: 'boolean', default: false },
  },
});
if (!values.link)
  throw new Error('Give the set-up link of the running demonstration: --link http://localhost:8080/setup#...');
const origin = new URL(values.link).origin;
const out = values.out as string;

const usualHeight = 900;
/** Name, page, theme, height: a page that is long to be seen whole. */
const shown = [
  ['overview', '/', 'light', usualHeight],
  ['vehicle-architecture', 'VEHICLE?tab=architecture', 'dark', usualHeight],
  ['connections', '/connections', 'light', usualHeight],
  ['portfolio', '/portfolio', 'dark', usualHeight],
  ['vulnerability', 'VULNERABILITY', 'light', 1280],
] as const;
const every = [
  '/',
  '/vehicles',
  'VEHICLE',
  'VEHICLE?tab=architecture',
  'VEHICLE?tab=identity',
  'VEHICLE?tab=events',
  'VEHICLE?tab=history',
  '/models',
  'MODEL',
  '/ecus',
  '/software',
  '/sboms',
  '/components',
  '/imports',
  '/portfolio',
  '/findings',
  '/vulnerabilities',
  'VULNERABILITY',
  'VULNERABILITY?tab=vehicles',
  'VEHICLE?tab=vulnerabilities',
  '/cases',
  '/decisions',
  '/vex',
  '/advisory-sources',
  '/sla-policy',
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

async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  // the graph is laid out in a worker of its own
  if (page.url().includes('tab=architecture')) await page.locator('.react-flow__node').first().waitFor();
  await page.waitForTimeout(1500); // lists load
}

async function take(
  page: Page,
  path: string,
  theme: 'light' | 'dark',
  name: string,
  height: number = usualHeight,
): Promise<void> {
  await page.setViewportSize({ width: 1440, height });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(`${origin}${path}`);
  await settle(page);
  await page.screenshot({ path: join(out, `${name}.png`) });
  process.stdout.write(`${join(out, name)}.png\n`);
}

mkdirSync(out, { recursive: true });
const browser = await openBrowser();
try {
  const watched = await openPage(browser, origin, { width: 1440, height: 900 });
  await addAuthenticator(watched);
  const { page } = watched;
  await page.goto(values.link);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await settle(page);
  await page.goto(`${origin}/vehicles`);
  const vehicle = (await page.locator('main a[href^="/vehicles/"]').first().getAttribute('href')) ?? '/vehicles';
  await page.goto(`${origin}/models`);
  const model = (await page.locator('main a[href^="/models/"]').first().getAttribute('href')) ?? '/models';
  // the most urgent one stands first
  await page.goto(`${origin}/vulnerabilities`);
  const urgent = page.locator('main a[href^="/vulnerabilities/"]').first();
  const vulnerability = (await urgent.getAttribute('href')) ?? '/vulnerabilities';
  const real = (path: string) =>
    path.replace('VEHICLE', vehicle).replace('MODEL', model).replace('VULNERABILITY', vulnerability);
  if (values.all) {
    for (const theme of ['light', 'dark'] as const) {
      for (const path of every) await take(page, real(path), theme, `${theme}-${path.replaceAll(/[^A-Za-z]+/g, '-')}`);
    }
  } else for (const [name, path, theme, height] of shown) await take(page, real(path), theme, name, height);
} finally {
  await browser.close();
}
