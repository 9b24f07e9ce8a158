import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useArchiveFixture } from './testing/archive-fixture.ts';

const program = fileURLToPath(new URL('main.ts', import.meta.url));
const PARTITION = 'gavel.bids-0';
const OTHER = 'gavel.auth-1';
const START_MS = 120_000;

// Three processes are started, each of which takes half a minute on a machine that is very busy.
describe('the archiver as a process', { timeout: 300_000 }, () => {
  const fixture = useArchiveFixture();
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    const { client } = fixture.producer;
    await client.createSuperStream({ streamName: 'gavel.auth', arguments: {} }, undefined, 2);
  });
  afterAll(() => child?.kill('SIGKILL'));

  const start = async () => {
    const port = await freePort();
    const started = spawn(process.execPath, [program], {
      env: {
        ...process.env,
        LOG_LEVEL: 'fatal',
        PORT: String(port),
        STREAM_URL: fixture.producer.urls.streamUrl,
        ARCHIVE_LOCATION: fixture.directory,
        ARCHIVE_SEGMENT_MESSAGES: '10',
        ARCHIVE_SEGMENT_SECONDS: '0.2',
      },
      stdio: 'ignore',
    });
    child = started;
    const ended = once(started, 'exit');
    const kill = async (signal: 'SIGKILL' | 'SIGTERM') => {
      started.kill(signal);
      return ended;
    };
    return { url: `http://127.0.0.1:${port}`, kill };
  };
  const stored = async () => (await fixture.archive.list(PARTITION)).length;

  it('misses nothing and has nothing twice after it was killed with SIGKILL while it stored segments', async () => {
    const sent: string[] = [];
    let before = 0;
    for (let wave = 0; wave < 2; wave++) {
      sent.push(...(await fixture.send(PARTITION, 200)));
      const { kill } = await start();
      await eventually(async () => expect(await stored()).toBeGreaterThan(before + wave * 3), START_MS);
      await kill('SIGKILL');
      before = await stored();
    }
    await fixture.send(OTHER, 7);
    const { url, kill } = await start();
    await fixture.archivedUpTo(PARTITION, 399n);
    await fixture.archivedUpTo(OTHER, 6n);
    await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), START_MS);
    const status = (await (await fetch(`${url}/status`)).json()) as { partitions: { partition: string }[] };
    expect(status).toMatchObject({ consumer: 'archiver' });
    expect(status.partitions).toHaveLength(6);
    expect(status.partitions).toContainEqual(
      expect.objectContaining({ partition: PARTITION, state: 'running', offset: '399', lagMessages: 0 }),
    );
    expect(await kill('SIGTERM')).toEqual([0, null]);

    const generations = await fixture.read(PARTITION);
    expect(generations.flat().map(({ offset }) => Number(offset))).toEqual(sent.map((_, i) => i));
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
    const missing = generations.flat().filter(({ bytes }, i) => !text(bytes).includes(sent[i] ?? '?'));
    expect(missing).toEqual([]);
    expect(generations).toHaveLength(1);
  });
});
