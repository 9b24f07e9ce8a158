/**
 * `make screenshots`: pictures of each page of the running system (`make up` first), in light and dark, on a phone and on a desktop, in
 * `.gavel/screenshots`. `ONLY=item` takes the pages whose name contains this text. `README=1` also takes the ones that the README shows.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, readDevConfig } from '@gavel/dev/config';
import { gavelDirectory } from '@gavel/dev/project-root';
import { bidders, demoPassword, sellers } from '@gavel/dev/seed/demo-people';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, signIn } from '../e2e/browser.ts';

const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const themes = ['light', 'dark'] as const;

/** The pictures that the README shows: what fits on one screen, small enough for a repository. */
const inReadme = ['home-desktop-light', 'item-desktop-light', 'own-home-desktop-dark', 'item-phone-dark'];
const readmeFolder = fileURLToPath(new URL('../../../../bff/screenshots/', import.meta.url));

/** Each page's name and address. `{item}` is the first item of the list of auctions, `{own}` the first one of the person's bids. */
const pages = {
  guest: {
    home: '/',
    search: '/?q=clock&sort=low',
    category: '/?category=cameras',
    empty: '/?q=nothing-like-this',
    item: '{item}',
    'sign-in': '/sign-in',
    register: '/register',
    help: '/help',
    terms: '/terms',
    privacy: '/privacy',
    contact: '/contact',
    missing: '/items/nothing',
  },
  bidder: {
    'own-home': '/',
    'member-home': '/dashboard',
    'member-item': '{item}',
    'own-item': '{own}',
    'my-bids': '/my-bids',
    'watch-list': '/watch-list',
    notifications: '/notifications',
    account: '/account',
  },
  seller: { listings: '/listings', sales: '/sales', sell: '/sell' },
} as const;

const people = { guest: undefined, bidder: bidders[0], seller: sellers[0] };
const base = `http://127.0.0.1:${readDevConfig(environment).processPorts.bff}`;
const folder = join(gavelDirectory, 'screenshots');

await mkdir(folder, { recursive: true });
if (environment.README) await mkdir(readmeFolder, { recursive: true });
const browser = await launchBrowser();
try {
  for (const role of ['guest', 'bidder', 'seller'] as const) await takeAll(browser, role);
} finally {
  await browser.close();
}
console.error(`The pictures are in ${folder}`);

async function takeAll(from: Browser, role: keyof typeof pages): Promise<void> {
  const wanted = Object.entries(pages[role]).filter(([name]) => name.includes(environment.ONLY ?? ''));
  if (wanted.length === 0) return;
  const first = await from.newContext({ baseURL: base });
  const person = people[role];
  if (person) await signIn(await first.newPage(), { ...person, password: demoPassword });
  const storageState = await first.storageState();
  const addresses = new Map<string, string>();
  for (const [name, path] of wanted) addresses.set(name, await addressOf(first, path));
  for (const [screen, viewport] of Object.entries(screens)) {
    for (const theme of themes) {
      const context = await from.newContext({ baseURL: base, viewport, colorScheme: theme, storageState });
      const page = await context.newPage();
      for (const [name, address] of addresses) {
        await page.goto(address, { waitUntil: 'networkidle' });
        const picture = `${name}-${screen}-${theme}`;
        if (environment.README && inReadme.includes(picture)) await takeForReadme(page, picture);
        await page.screenshot({ path: join(folder, `${picture}.png`), fullPage: true });
      }
      await context.close();
    }
  }
  await first.close();
}

/** Takes what is on the screen as WebP, which only the browser's own protocol offers. */
async function takeForReadme(page: Page, picture: string): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  const { data } = await protocol.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await protocol.detach();
  await writeFile(join(readmeFolder, `${picture}.webp`), data, 'base64');
}

/** The address of a page; that of an item is found in a list. */
async function addressOf(context: BrowserContext, path: string): Promise<string> {
  if (!path.startsWith('{')) return path;
  const page = await context.newPage();
  await page.goto(path === '{own}' ? '/my-bids' : '/?sort=bids');
  const link = page.getByRole('main').locator('a[href^="/items/"]').first();
  const address = (await link.getAttribute('href')) ?? '/';
  await page.close();
  return address;
}
