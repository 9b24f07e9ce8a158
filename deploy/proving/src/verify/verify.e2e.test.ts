import type { ProcessName } from '@gavel/processes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebSystem } from '../e2e/web-system.ts';
import type { System } from '../system/start-system.ts';
import { verify } from './verify.ts';

let system: System;
beforeAll(async () => {
  system = await startWebSystem();
});
afterAll(() => system?.stop());

const stop = (...names: ProcessName[]) => Promise.all(names.map((name) => system.stopProcess(name)));
/** The parts that a check names. Long waits would only make the test slow, where something never arrives. */
const broken = async (patienceMs: number, processes?: Readonly<Record<string, string>>) => {
  const results = await verify({ url: system.urls.bff, patienceMs, ...(processes && { processes }) });
  return new Set(results.flatMap(({ part }) => part ?? []));
};
const SHORT = 8_000;

describe('a check of a running Gavel', () => {
  it('registers, lists, bids and sees the bid arrive everywhere', async () => {
    const results = await verify({
      url: system.urls.bff,
      patienceMs: 60_000,
      processes: Object.fromEntries(
        Object.entries(system.urls).filter(([name]) => system.instances(name as ProcessName).length > 0),
      ),
    });
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(results.map(({ step }) => step).slice(-9)).toEqual([
      'the web app answers',
      'two people register',
      'an item is listed',
      'a page opens its live stream',
      'a bid is accepted',
      'the price is live',
      'the statistics count the bid',
      'the seller is notified',
      'the item is bought, so nothing stays open',
    ]);
  });

  it('fails without a relay, a consumer or a service, and names it, from the public pages alone', async () => {
    await stop('relay-bids');
    expect(await broken(SHORT)).toEqual(new Set(['relay-bids']));
    await system.startProcess('relay-bids');
    await stop('consumer-user-stats');
    expect(await broken(SHORT)).toEqual(new Set(['consumer-user-stats']));
    await stop('user-stats', 'consumer-notifications');
    expect(await broken(SHORT)).toEqual(new Set(['user-stats', 'consumer-notifications']));
    await stop('notifications');
    expect(await broken(SHORT)).toEqual(new Set(['user-stats', 'notifications']));
    await stop('bids');
    expect(await broken(SHORT)).toEqual(new Set(['bids']));
    await stop('auth');
    expect(await broken(SHORT)).toEqual(new Set(['auth']));
    await stop('bff');
    expect(await broken(SHORT)).toEqual(new Set(['bff']));
  });

  it('names every stopped process whose address it knows', async () => {
    const left = Object.keys(system.urls).filter((name) => {
      const process = name as ProcessName;
      return system.instances(process).length > 0 && system.pid(process) !== null;
    });
    const addresses = Object.fromEntries(left.map((name) => [name, system.urls[name as ProcessName]]));
    const stopped = new Set<string>();
    expect(left.length).toBeGreaterThan(4);
    for (const name of left) {
      await stop(name as ProcessName);
      stopped.add(name);
      expect(await broken(SHORT, addresses)).toEqual(stopped);
    }
  });
});
