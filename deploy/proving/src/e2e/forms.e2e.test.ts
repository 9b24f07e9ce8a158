import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { System } from '../system/start-system.ts';
import { launchBrowser, openPage, register } from './browser.ts';
import { photograph } from './photograph.ts';
import { startWebSystem } from './web-system.ts';

const AWHILE = { timeout: 45_000, interval: 100 };
const notAnAmount = 'This is not an amount. Enter it like 1234.56.';
const photo = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photograph };

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

/** The id of the focused element. */
const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.id');
const waitForFocus = (page: Page, id: string) =>
  vi.waitFor(async () => expect(await focused(page)).toBe(id), AWHILE);

/** How often the page shows a sentence. */
const timesShown = (page: Page, sentence: string): Promise<number> => page.getByText(sentence).count();

const pictures = (page: Page) => page.getByRole('list', { name: 'Pictures of this item' }).getByRole('img');
const sources = (page: Page): Promise<(string | null)[]> =>
  pictures(page).evaluateAll((images) => images.map((image) => image.getAttribute('src')));

const submit = (page: Page, button = 'List item') => page.getByRole('button', { name: button }).click();
const listed = (page: Page) => page.waitForURL(/\/items\/[0-9a-f-]{36}$/);

async function fillSellForm(page: Page, title: string, price: string): Promise<void> {
  await page.goto('/sell');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Starting price').fill(price);
}

describe.each([
  ['with script', true],
  ['without script', false],
])('a form, %s,', (_, javaScriptEnabled) => {
  let page: Page;
  let who: { email: string; password: string };
  beforeAll(async () => {
    page = await openPage(browser, system.urls.bff, { javaScriptEnabled });
    who = await register(page, 'Form Filler');
  });

  it('that is refused for another field keeps its pictures, which can be moved and removed', async () => {
    await fillSellForm(page, 'A pictured clock', 'ten');
    await page.getByText('Add drawings').click();
    await page.getByLabel('Camera').check();
    await page.getByLabel('Add links to pictures').fill('https://pictures.example/1.jpg');
    await page.getByLabel('Upload pictures').setInputFiles(photo);
    await submit(page);
    await page.locator('#start_price-problem').getByText(notAnAmount).waitFor();
    await waitForFocus(page, 'start_price');
    expect(await timesShown(page, notAnAmount)).toBe(1);
    expect(await page.getByRole('alert').allTextContents()).not.toContain(expect.stringMatching(/\S/));
    const stored = expect.stringMatching(/^\/pictures\/[0-9a-f]{64}\/48\.webp$/);
    expect(await sources(page)).toEqual(['/pictures/camera.svg', 'https://pictures.example/1.jpg', stored]);
    expect(await page.getByLabel('Add links to pictures').inputValue()).toBe('');

    // Refused again, and changed at the same time.
    await page.getByLabel('Position of picture 3').selectOption('1');
    await page.getByLabel('Remove picture 2').check();
    await page.getByLabel('Currency').selectOption('EUR');
    await submit(page);
    await vi.waitFor(
      async () => expect(await sources(page)).toEqual([stored, '/pictures/camera.svg']),
      AWHILE,
    );
    await page.getByLabel('Starting price').fill('still');
    await submit(page);
    await page.locator('#start_price-problem').waitFor();
    await vi.waitFor(
      async () => expect(await page.getByLabel('Starting price').inputValue()).toBe('still'),
      AWHILE,
    );
    expect(await page.getByLabel('Currency').inputValue()).toBe('EUR');
    expect(await sources(page)).toEqual([stored, '/pictures/camera.svg']);
    await page.getByLabel('Starting price').fill('10');
    await submit(page);
    await listed(page);
    expect(await page.getByRole('img', { name: 'A pictured clock' }).count()).toBe(2);

    // The form to edit shows the pictures, and no text of theirs.
    await page.goto(`${new URL(page.url()).pathname}/edit`);
    expect(await sources(page)).toEqual([stored, '/pictures/camera.svg']);
    for (const box of await page.locator('textarea').all()) expect(await box.inputValue()).toBe('');
    await page.getByLabel('Remove picture 1').check();
    await submit(page, 'Save');
    await listed(page);
    const shown = page.getByRole('img', { name: 'A pictured clock' });
    await vi.waitFor(async () => {
      await page.reload();
      expect(await shown.getAttribute('src')).toBe('/pictures/camera.svg');
    }, AWHILE);
  });

  it('names the file that was refused, keeps the other one, and keeps a wrong link where it was typed', async () => {
    await fillSellForm(page, 'A clock with a text', '10');
    const text = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
    await page.getByLabel('Upload pictures').setInputFiles([text, photo]);
    await page.getByLabel('Add links to pictures').fill('http://pictures.example/1.jpg');
    await submit(page);
    await page
      .locator('#uploads-problem')
      .getByText('“notes.txt”: This file type is not supported.')
      .waitFor();
    await page.locator('#image_urls-problem').getByText('is not an https:// link.').waitFor();
    expect(await page.getByLabel('Add links to pictures').inputValue()).toBe('http://pictures.example/1.jpg');
    expect(await pictures(page).count()).toBe(1);
    await waitForFocus(page, 'image_urls');
    await page.getByLabel('Add links to pictures').fill('');
    await submit(page);
    await listed(page);
  });

  it('says a wrong duration at the duration, a wrong end at the end, and each other fault at its field', async () => {
    await fillSellForm(page, 'A clock for years', '10');
    await page.getByLabel('Duration').fill('900');
    await submit(page);
    await page.locator('#duration-problem').getByText('An auction can run for up to 90 days.').waitFor();
    await waitForFocus(page, 'duration');
    await page.getByLabel('End date').fill('2020-01-01T00:00');
    await submit(page);
    await page.locator('#end_at-problem').getByText('The auction must end in the future').waitFor();
    await waitForFocus(page, 'end_at');
    expect(await page.locator('.problem').count()).toBe(1);
  });

  it('that is sent after the sign-in has ended keeps everything, and signs in by itself', async () => {
    await fillSellForm(page, 'A kept clock', 'ten');
    await page.getByLabel('Description').fill('Kept for ever.');
    await page.getByLabel('Upload pictures').setInputFiles(photo);
    await submit(page);
    await page.locator('#start_price-problem').waitFor();
    await page.context().clearCookies();
    await page.getByLabel('Starting price').fill('77');
    await submit(page);
    const again = page.getByRole('group', { name: 'Sign in again' });
    await again.getByLabel('E-mail').fill(who.email);
    await again.getByLabel('Password').fill('wrong horse battery staple');
    await submit(page);
    await page.locator('#sign_in_password-problem').getByText('Incorrect e-mail').waitFor();
    await waitForFocus(page, 'sign_in_password');
    expect(await page.getByLabel('Title').inputValue()).toBe('A kept clock');
    expect(await page.getByLabel('Starting price').inputValue()).toBe('77');
    await again.getByLabel('Password').fill(who.password);
    await submit(page);
    await listed(page);
    await page.getByText('Kept for ever.').waitFor();
    expect(await page.getByTestId('price').textContent()).toBe('$77.00');
    const source = await page.getByRole('img', { name: 'A kept clock' }).getAttribute('src');
    expect(source).toMatch(/^\/pictures\/[0-9a-f]{64}/);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  it.each([
    ['/?sort=match', 'sort', '“Best match” needs words'],
    ['/?min=20&max=10', 'min', 'cannot be above the maximum price'],
    ['/?min=ten', 'min', 'This is not an amount.'],
    ['/?max=1.234', 'max', 'This could be two different amounts.'],
  ])('for a search says at %s which field was refused', async (address, field, sentence) => {
    await page.goto(address);
    await page.locator(`#search-${field}-problem`).getByText(sentence).waitFor();
    expect(await page.locator('[aria-invalid="true"]').evaluateAll((all) => all.map(({ id }) => id))).toEqual(
      [`search-${field}`],
    );
    expect(await timesShown(page, 'Please check your entries.')).toBe(0);
    await waitForFocus(page, `search-${field}`);
  });
});

describe('the focus', () => {
  it('stays on the button of a form that was accepted, and a second click sends nothing', async () => {
    const page = await openPage(browser, system.urls.bff);
    await register(page, 'Focus Holder');
    await page.goto('/notifications');
    await page.getByLabel('I am outbid: on the site').uncheck();
    const save = page.getByRole('button', { name: 'Save' });
    let sent = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') sent++;
    });
    await save.dblclick();
    await page.getByRole('status').getByText('Saved.').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Save');
    expect(sent).toBe(1);
  });
});
