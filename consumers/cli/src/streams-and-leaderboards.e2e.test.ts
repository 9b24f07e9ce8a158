import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startArchiver } from '@gavel/archiver/main';
import { openArchive } from '@gavel/archiver/open-archive';
import { publishRaw } from '@gavel/rabbitmq/testing/raw-publisher';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CliSystem, startCliSystem } from './testing/cli-system.ts';

const ITEM = '01970000-0000-7000-8000-00000000000b';
const PARTITION = 'gavel.bids-0';
const USER = '01970000-0000-7000-8000-0000000000b2';

describe('the command line while no group is running', () => {
  let system: CliSystem;

  beforeAll(async () => {
    system = await startCliSystem();
    await system.bid(ITEM, USER, 1, 2, 3);
  });
  afterAll(() => system?.close());

  const peekIds = () => system.peekIds(PARTITION);
  const json = async (...args: string[]) => JSON.parse((await system.gavel(...args, '--json')).stdout);

  it('tails from an age by subject, continues with new messages, and stops at the limit', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gavel-tail-'));
    const seen = join(directory, 'seen');
    const lines = async () => (await readFile(seen, 'utf8')).split('\n').filter(Boolean);
    const subject = `gavel.bids.*.${ITEM}`;
    const tailed = system.shell(
      `gavel streams tail gavel.bids --from -1h --subject '${subject}' --json --limit 4 > ${seen}`,
    );
    await vi.waitFor(async () => expect(await lines()).toHaveLength(3), { timeout: 60_000, interval: 100 });
    await system.bid(ITEM, USER, 4);
    expect(await tailed).toMatchObject({ code: 0 });
    const events = (await lines()).map((line) => JSON.parse(line) as { envelope: { subject: string } });
    expect(events).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ envelope: { sequence: '4' }, body: { userId: USER } });
    expect(events.every(({ envelope }) => envelope.subject === `gavel.bids.bid_placed.${ITEM}`)).toBe(true);
    await rm(directory, { recursive: true });
  });

  it('seeks, replays and swaps the leaderboard group while it is stopped, and parks a message that is not an event', async () => {
    const seek = await json('groups', 'seek', 'leaderboard', '--to', 'next', '--execute');
    expect(seek.steps).toContainEqual(expect.objectContaining({ partition: PARTITION, after: 3 }));
    await publishRaw(system.urls.streamUrl, PARTITION, [Buffer.from('not a message')]);
    const swapped = await json('replay', 'leaderboard', '--from', 'first', '--swap');
    const rows = (swapped.tables as { table: string; replayedRows: number }[]).map(
      ({ table, replayedRows }) => [table, Number(replayedRows)] as const,
    );
    expect(swapped.swapped).toBe(true);
    expect(Object.fromEntries(rows)).toMatchObject({ auctions: 1, auction_bidders: 1, sellers: 0 });
    const shown = await json('groups', 'show', 'leaderboard');
    expect(shown.partitions[0]).toMatchObject({ partition: PARTITION, lagMessages: 0 });
    const deadLetters = (await json('dead-letters', 'ls')) as { group: string; partition: string }[];
    expect(deadLetters.filter(({ group }) => group === 'leaderboard')).toHaveLength(1);
    const [first] = (await peekIds()) as [string];
    const { steps } = (await json('trace', first)) as {
      steps: { step: string; where: string; at: unknown }[];
    };
    expect(steps.find(({ where }) => where.startsWith('leaderboard'))).toMatchObject({
      step: 'applied',
      at: expect.any(String),
    });
  });

  it('replays from the archive what a stream has lost, and names a damaged segment', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gavel-cli-archive-'));
    const stops: (() => Promise<void> | void)[] = [];
    await startArchiver(
      {
        HOST: '127.0.0.1',
        PORT: 0,
        STREAM_URL: system.urls.streamUrl,
        ARCHIVE_LOCATION: directory,
        ARCHIVE_SEGMENT_SECONDS: 0.1,
        ARCHIVE_SEGMENT_MESSAGES: 2,
        ARCHIVE_SEGMENT_BYTES: 1_000_000,
      },
      { onStop: (_, stop) => void stops.push(stop) },
    );
    const archive = await openArchive(directory);
    await vi.waitFor(async () => expect((await archive.end(PARTITION))?.last).toBe(4n), {
      timeout: 60_000,
      interval: 50,
    });
    for (const stop of stops.toReversed()) await stop();
    const gavel = (words: string) => system.shell(`gavel ${words}`, { ARCHIVE_LOCATION: directory });
    const listed = await gavel('archive ls');
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.output).toMatch(/^gavel\.bids-0 +\S+Z +0 +4 +\S+Z +\d+ +[\d.]+ k?B +0$/m);
    expect(await gavel('archive verify')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ok: 5 messages in \d+ segments of 6 partitions\n$/),
    });

    await system.losePartition(PARTITION);
    await system.bid(ITEM, USER, 5);
    await gavel('groups seek leaderboard --to first --execute');
    const swapped = await gavel('replay leaderboard --from first --swap');
    expect(swapped.output).toContain('Swapped.');
    expect(swapped.output).toMatch(/^gavel\.bids-0 +-5 +-1 /m);
    const again = await gavel('replay leaderboard --from first');
    expect(again.output).toContain('Both projections are equal.');

    for (const file of await readdir(directory, { recursive: true })) {
      if (file.endsWith('.zst')) await writeFile(join(directory, file), 'damaged');
    }
    const damaged = await gavel('replay leaderboard --from first');
    expect(damaged).toMatchObject({
      code: 3,
      output: expect.stringMatching(
        /offset -5 is wanted, but the archive cannot be read there: \S+\.zst is damaged/,
      ),
    });
    expect(await gavel('archive verify')).toMatchObject({
      code: 6,
      output: expect.stringContaining('.zst is damaged: its SHA-256 is'),
    });
    await rm(directory, { recursive: true });
  });
});
