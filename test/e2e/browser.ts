import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
/** Why browser tests cannot run here, or false; for `test(name, { skip: noBrowser }, ...)`. */
export const noBrowser = executablePath ? false : 'needs Chromium: apt-get install chromium';

const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args: switches });
}

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: script errors, refused resources, content security policy. */
  readonly complaints: string[];
  /** Addresses outside the platform that the page asked for; there must be none. */
  readonly outside: string[];
}

/** A fresh profile whose page is watched for script errors and for requests that leave the platform. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: { colorScheme?: 'dark' | 'light'; width?: number; height?: number } = {},
): Promise<Watched> {
  const { colorScheme = 'light', width = 1440, height = 900 } = options;
  const context = await browser.newContext({
    baseURL: origin,
    colorScheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const outside: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // the question "who am I" before sign-in is answered with 401, which the browser logs
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && host !== new URL(origin).host) outside.push(request.url());
  });
  return { context, page, complaints, outside };
}

/** An authenticator that holds passkeys and verifies its user, inside the browser (WebAuthn s11). */
export async function addAuthenticator({ context, page }: Watched): Promise<void> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** What axe finds against WCAG 2.2 AA on the page as it is now, one line per kind. Runs beside the page's own policy. */
export async function accessibilityFaults({ page, context }: Watched): Promise<string[]> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await cdp.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await cdp.detach();
  return JSON.parse(String(result.value)) as string[];
}
