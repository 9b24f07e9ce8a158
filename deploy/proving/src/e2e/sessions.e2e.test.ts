import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { ACCESS, cookie, DEVICE, forgeAccessCookie, REFRESH, spoilings } from './access-cookies.ts';
import { type Mailbox, openMailbox, turnOnSecondFactor } from './account-life.ts';
import { launchBrowser, listItem, openPage, pathsOf, register, signedIn, signIn } from './browser.ts';
import { startWebSystem } from './web-system.ts';

const pages = [
  '/',
  '/sell',
  '/listings',
  '/dashboard',
  '/items/:id',
  '/items/:id/edit',
  '/sign-in',
  '/register',
];

let system: System;
let mailbox: Mailbox;
let browser: Browser;
beforeAll(async () => {
  mailbox = await openMailbox();
  system = await startWebSystem({ processes: { auth: { env: { SMTP_URL: mailbox.smtpUrl } } } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  await mailbox?.close();
});

describe('a session with an expired access cookie and a live refresh cookie', () => {
  let seller: Page;
  let itemId: string;
  beforeAll(async () => {
    seller = await openPage(browser, system.urls.bff);
    await register(seller, 'Renewed Seller');
    itemId = await listItem(seller, 'A patient clock', '10');
  });

  describe.each(Object.entries(spoilings))('(%s)', (_, spoil) => {
    it.each(pages)('opens %s at the first attempt', async (route) => {
      const path = route.replace(':id', itemId);
      // Leaves the last page: its prefetches would send the spoiled cookie, and the site would renew it.
      await seller.goto('about:blank');
      await spoil(seller.context());
      const spoiled = await cookie(seller.context(), ACCESS);
      const visited = pathsOf(seller);
      const response = await seller.goto(path);
      expect(response?.status()).toBe(200);
      expect(visited).toEqual([path]);
      expect(await signedIn(seller)).toBe(true);
      const renewed = (await cookie(seller.context(), ACCESS))?.value;
      expect(renewed).toBeTruthy();
      expect(renewed).not.toBe(spoiled?.value);
    });
  });

  it('can submit forms, with client script and without', async () => {
    const rival = await signUp(system.urls.auth, 'Rival');
    // The leader's next plain bid would be refused.
    const outbid = (amount: string) =>
      mustCall(
        system.urls.bids,
        'bids.v1.BidService/PlaceBid',
        { itemId, amount, idempotencyKey: randomUUID() },
        { token: rival.token },
      );
    const bidder = await openPage(browser, system.urls.bff);
    await register(bidder, 'Renewed Bidder');
    await bidder.goto(`/items/${itemId}`);
    await spoilings.gone(bidder.context());
    await bid(bidder, '11');
    await outbid('1200');
    await spoilings.expired(bidder.context());
    await bid(bidder, '13');
    await outbid('1400');
    // The same session in a new context. The old one is closed, because two browsers with one refresh token end a session.
    const storageState = await bidder.context().storageState();
    await bidder.context().close();
    const plain = await openPage(browser, system.urls.bff, { storageState, javaScriptEnabled: false });
    await plain.goto(`/items/${itemId}`);
    await spoilings.gone(plain.context());
    await bid(plain, '15');
    await outbid('1600');
    await spoilings.expired(plain.context());
    await bid(plain, '17');
    expect(await signedIn(plain)).toBe(true);
  });

  /** Bids in the open form and waits until the bid is accepted. */
  async function bid(page: Page, amount: string): Promise<void> {
    await page.getByLabel(/^Your bid/).fill(amount);
    await page.getByLabel('Bid exactly this amount').check();
    await page.getByRole('button', { name: 'Place bid' }).click();
    await page.getByRole('status').getByText(`Your bid of $${amount}.00 was accepted.`).waitFor();
  }
});

describe('an unexpired access cookie that no service accepts', () => {
  it.each([['with', true], ['without']])(
    'causes no redirect loop between sign-in and dashboard, %s a live refresh cookie',
    async (_, refresh = false) => {
      const page = await openPage(browser, system.urls.bff);
      const { email, password } = await register(page, 'Forged Person');
      await forgeAccessCookie(page.context());
      if (!refresh) await page.context().clearCookies({ name: REFRESH });
      const visited = pathsOf(page);
      const response = await page.goto('/dashboard');
      expect(response?.status()).toBe(200);
      expect(visited).toEqual(['/dashboard']);
      await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).first().click();
      const form = page.getByRole('form', { name: 'Sign in' });
      await form.getByLabel('E-mail').fill(email);
      expect(visited).toEqual(['/dashboard', '/sign-in']);
      await form.getByLabel('Password').fill(password);
      await form.getByRole('button', { name: 'Sign in' }).click();
      await page.getByTestId('profile-name').getByText('Forged Person').waitFor();
      expect(new URL(page.url()).pathname).toBe('/dashboard');
    },
  );
});

describe('an account', () => {
  it('is confirmed by mail, protected with a second factor, exported, and keeps other browsers out after a new password', async () => {
    const page = await openPage(browser, system.urls.bff);
    const who = await register(page, 'Complete Person');
    await page.goto(await mailbox.linkTo(who.email));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Your e-mail address is confirmed.').waitFor();

    await page.goto('/account');
    await page.getByText(`${who.email} is confirmed.`).waitFor();
    const recoveryCode = await turnOnSecondFactor(page, who.password);
    await page.getByText('You have 10 recovery codes left.').waitFor();

    const plain = await openPage(browser, system.urls.bff, { javaScriptEnabled: false });
    await plain.goto('/sign-in');
    await plain.getByLabel('E-mail').fill(who.email);
    await plain.getByLabel('Password').fill(who.password);
    await plain.getByRole('button', { name: 'Sign in' }).click();
    expect(new URL(plain.url()).pathname).toBe('/sign-in/code');
    await plain.getByRole('textbox', { name: 'Code' }).fill('000 000x');
    await plain.getByRole('button', { name: 'Sign in' }).click();
    await plain.getByText('This code is wrong or was used before.').waitFor();
    await plain.getByRole('textbox', { name: 'Code' }).fill(recoveryCode);
    await plain.getByRole('button', { name: 'Sign in' }).click();
    await plain.getByRole('button', { name: 'Sign out' }).waitFor();

    const exported = await plain.context().request.get('/account/export');
    expect(await exported.json()).toMatchObject({
      profile: { email: who.email, emailVerified: true, twoFactor: true },
      sessions: [{}, {}],
    });
    await plain.goto('/account');
    await changePassword(plain, who.password);
    await plain.getByRole('status').getByText('Your password was changed.').waitFor();
    await spoilings.gone(page.context());
    await page.goto('/account');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await expect.poll(() => mailbox.subjectsTo(who.email)).toContain('Your password was changed');
  });
});

async function changePassword(page: Page, current: string): Promise<void> {
  await page.getByLabel('Current password').fill(current);
  await page.getByLabel('New password').fill('a new and longer password');
  await page.getByRole('button', { name: 'Change password' }).click();
}

describe('a session', () => {
  it('keeps its tokens where page scripts cannot read them', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Careful Person');
    for (const name of [ACCESS, REFRESH, DEVICE]) {
      expect(await cookie(page.context(), name)).toMatchObject({
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
      });
    }
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.content()).not.toContain((await cookie(page.context(), REFRESH))?.value);
  });

  it('stays valid in two tabs that renew it at the same time', async () => {
    const first = await openPage(browser, system.urls.bff);
    await register(first, 'Two Tabs');
    const second = await first.context().newPage();
    await spoilings.gone(first.context());
    await Promise.all([first.goto('/dashboard'), second.goto('/listings')]);
    expect(await signedIn(first)).toBe(true);
    expect(await signedIn(second)).toBe(true);
    await spoilings.gone(first.context());
    await first.goto('/dashboard');
    expect(await signedIn(first)).toBe(true);
  });

  it('with a stale refresh cookie shows the sign-in form, without a redirect loop', async () => {
    const page = await openPage(browser, system.urls.bff);
    const url = system.urls.bff;
    await page.context().addCookies([
      { name: REFRESH, value: 'stale', url },
      { name: ACCESS, value: 'stale', url },
    ]);
    const visited = pathsOf(page);
    await page.goto('/dashboard');
    await page.getByRole('form', { name: 'Sign in' }).waitFor();
    expect(visited).toEqual(['/dashboard', '/sign-in']);
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

  it('survives an outage of auth: the person is still signed in afterwards', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Patient Person');
    await spoilings.gone(page.context());
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

  it('can be ended from the account page, with client script and without, and ends with a new password', async () => {
    const page = await openPage(browser, system.urls.bff);
    const who = await register(page, 'Watchful Person');
    const plain = await openPage(browser, system.urls.bff, { javaScriptEnabled: false });
    await signIn(plain, who);
    await page.goto('/account');
    const devices = page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
    await expect.poll(() => devices.count()).toBe(2);
    await page.getByRole('button', { name: 'Sign out this device' }).click();
    await expect.poll(() => devices.count()).toBe(1);
    await spoilings.gone(plain.context());
    await plain.goto('/account');
    expect(new URL(plain.url()).pathname).toBe('/sign-in');

    await signIn(plain, who);
    await plain.goto('/account');
    await changePassword(plain, 'not the password');
    await plain.getByText('This is not your current password.').waitFor();
    await changePassword(plain, who.password);
    await plain.getByRole('status').getByText('Your password was changed.').waitFor();
    await spoilings.gone(page.context());
    await page.goto('/account');
    expect(new URL(page.url()).pathname).toBe('/sign-in');

    await plain.getByText('Sign out everywhere…').click();
    await plain.getByRole('button', { name: 'Yes, sign out all devices' }).click();
    await plain.getByRole('form', { name: 'Sign in' }).waitFor();
    expect(await cookie(plain.context(), REFRESH)).toBeUndefined();
  });

  it('ends everywhere after signing out', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Leaving Person');
    const stolen = await cookie(page.context(), REFRESH);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    expect(await cookie(page.context(), REFRESH)).toBeUndefined();
    expect(await cookie(page.context(), DEVICE)).toBeDefined();
    if (stolen) await page.context().addCookies([stolen]);
    await page.goto('/dashboard');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });
});
