import { environment } from '@gavel/dev/config';
import { ensureChromium } from '@gavel/dev/infrastructure/install/apt-packages';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium. Installs Debian's package when the machine has none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await ensureChromium(environment.PATH ?? '', (line) =>
    process.stderr.write(`${line}\n`),
  );
  return chromium.launch({ executablePath, args: flags });
}

/** A page with its own cookies: one person at one machine. */
export async function openPage(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL, ...options });
  context.setDefaultTimeout(45_000);
  return context.newPage();
}

/** Creates an account with the page's form. The page is signed in afterwards. Returns the credentials. */
export async function register(page: Page, name: string): Promise<{ email: string; password: string }> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${crypto.randomUUID().slice(0, 8)}@example.com`;
  const password = 'correct horse battery staple';
  await page.goto('/register');
  await page.getByLabel('Full name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return { email, password };
}

/** Signs in with the page's form. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Lists an item with the page's form and returns its id. */
export async function listItem(page: Page, title: string, startPrice: string): Promise<string> {
  await page.goto('/sell');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Starting price').fill(startPrice);
  await page.getByRole('button', { name: 'List item' }).click();
  await page.waitForURL(/\/items\/[0-9a-f-]{36}/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** Bids with the page's form. */
export async function placeBid(page: Page, itemId: string, amount: string): Promise<void> {
  await page.goto(`/items/${itemId}`);
  await page.getByLabel(/^Your bid/).fill(amount);
  await page.getByLabel('Bid exactly this amount').check();
  await page.getByRole('button', { name: 'Place bid' }).click();
}

/** Whether the page shows that somebody is signed in. */
export async function signedIn(page: Page): Promise<boolean> {
  return (await page.getByRole('button', { name: 'Sign out' }).count()) > 0;
}

/** Every path that the page loads from now on, including redirects. */
export function pathsOf(page: Page): string[] {
  const paths: string[] = [];
  page.on('response', (response) => {
    const request = response.request();
    if (request.isNavigationRequest()) paths.push(new URL(response.url()).pathname);
  });
  return paths;
}
