import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, register } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const ACCESS = 'gavel_access';
const REFRESH = 'gavel_refresh';
const pages = ['/', '/sell', '/listings', '/dashboard'];

let system: System;
let browser: Browser;
beforeAll(async () => {
  system = await startWebSystem();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

async function cookie(context: BrowserContext, name: string): Promise<Cookie | undefined> {
  return (await context.cookies()).find((each) => each.name === name);
}

/** What time does to a browser: the access cookie ends with its token, the refresh cookie lives on. */
async function dropAccessCookie(page: Page): Promise<void> {
  await page.context().clearCookies({ name: ACCESS });
}

async function signedIn(page: Page): Promise<boolean> {
  return (await page.getByRole('button', { name: 'Sign out' }).count()) > 0;
}

describe('a session', () => {
  it.each(pages)(
    'with an expired access cookie and a live refresh cookie opens %s at the first try',
    async (path) => {
      const page = await openPage(browser, system.urls.bff);
      await register(page, 'Renewed Person');
      await dropAccessCookie(page);
      const response = await page.goto(path);
      expect(response?.status()).toBe(200);
      expect(new URL(page.url()).pathname).toBe(path);
      expect(await signedIn(page)).toBe(true);
      expect((await cookie(page.context(), ACCESS))?.value).toBeTruthy();
    },
  );

  it('keeps its tokens where the page’s script cannot see them', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Careful Person');
    for (const name of [ACCESS, REFRESH]) {
      expect(await cookie(page.context(), name)).toMatchObject({
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
      });
    }
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.content()).not.toContain((await cookie(page.context(), REFRESH))?.value);
  });

  it('lives on in both tabs when two refresh at once', async () => {
    const first = await openPage(browser, system.urls.bff);
    await register(first, 'Two Tabs');
    const second = await first.context().newPage();
    await dropAccessCookie(first);
    await Promise.all([first.goto('/dashboard'), second.goto('/listings')]);
    expect(await signedIn(first)).toBe(true);
    expect(await signedIn(second)).toBe(true);
    await dropAccessCookie(first);
    await first.goto('/dashboard');
    expect(await signedIn(first)).toBe(true);
  });

  it('with a stale refresh cookie shows the sign-in form once and does not bounce', async () => {
    const page = await openPage(browser, system.urls.bff);
    const url = system.urls.bff;
    await page.context().addCookies([
      { name: REFRESH, value: 'stale', url },
      { name: ACCESS, value: 'stale', url },
    ]);
    const visited: string[] = [];
    page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname));
    await page.goto('/dashboard');
    expect(visited).toEqual(['/sign-in']);
    await page.getByRole('form', { name: 'Sign in' }).waitFor();
    expect(await cookie(page.context(), REFRESH)).toBeUndefined();
  });

  it('never returns to another site after signing in', async () => {
    const page = await openPage(browser, system.urls.bff);
    const { email, password } = await register(page, 'Wary Person');
    for (const next of [
      '/\\evil.example',
      '//evil.example',
      'https://evil.example/',
      '/%09/evil.example',
      '\t//evil.example',
    ]) {
      await page.context().clearCookies();
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      expect(new URL(page.url()).origin, next).toBe(system.urls.bff);
    }
  });

  it('outlives auth being away: the page says so and the person stays signed in afterwards', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Patient Person');
    await dropAccessCookie(page);
    await system.stopProcess('auth');
    try {
      const response = await page.goto('/dashboard');
      expect(new URL(page.url()).pathname).toBe('/dashboard');
      expect(response?.status()).toBeLessThan(600);
      expect((await cookie(page.context(), REFRESH))?.value).toBeTruthy();
    } finally {
      await system.startProcess('auth');
    }
    await page.goto('/dashboard');
    expect(await signedIn(page)).toBe(true);
  });

  it('is over everywhere once signed out', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Leaving Person');
    const stolen = await cookie(page.context(), REFRESH);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    expect(await cookie(page.context(), REFRESH)).toBeUndefined();
    if (stolen) await page.context().addCookies([stolen]);
    await page.goto('/dashboard');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });
});
