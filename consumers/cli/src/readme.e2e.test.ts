import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CliSystem, startCliSystem } from './testing/cli-system.ts';
import { mask, readSession, writeSession } from './testing/session.ts';

interface GroupLine {
  readonly group: string;
  readonly lagMessages: number | null;
  readonly members: number | null;
  readonly parked: number | null;
}

const readme = new URL('../README.md', import.meta.url);
const LAMP = '01970000-0000-7000-8000-00000000000a';
const CHAIR = '01970000-0000-7000-8000-00000000000b';
const MIRROR = '01970000-0000-7000-8000-00000000000c';
const ANNA = '01970000-0000-7000-8000-0000000000a1';
const BRUNO = '01970000-0000-7000-8000-0000000000b2';

describe('the recorded session of the README', () => {
  let system: CliSystem;
  const events = { EVENT_ID: '', PARKED_ID: '' };

  beforeAll(async () => {
    system = await startCliSystem();
    await system.bid(LAMP, ANNA, 1, 2, 3);
    await system.bid(CHAIR, BRUNO, 1, 2);
    await system.bid(MIRROR, 'nobody', 1);
    system.startGroup();
    await system.caughtUp();
    const { rows } = await system.bids.pool.query<{ id: string }>(
      'SELECT event_id AS id FROM outbox ORDER BY id',
    );
    events.EVENT_ID = rows[0]?.id ?? '';
    events.PARKED_ID = rows.at(-1)?.id ?? '';
    // The broker counts segments and queues every few seconds only.
    await vi.waitFor(
      async () => {
        const { stdout } = await system.gavel('streams', 'show', 'gavel.bids', '--json');
        const { partitions } = JSON.parse(stdout) as { partitions: { segments: number | null }[] };
        expect(partitions.map(({ segments }) => segments)).toEqual([1, 1, 1, 1]);
        const groups = JSON.parse((await system.gavel('groups', 'ls', '--json')).stdout) as GroupLine[];
        expect(Object.fromEntries(groups.map(({ group, ...facts }) => [group, facts]))).toMatchObject({
          'user-stats': { lagMessages: 0, members: 1, parked: 1 },
          // Not started in this test.
          leaderboard: { lagMessages: 6, members: 0, parked: 0 },
          notifications: { lagMessages: 0, members: 1, parked: 1 },
          'nats-bridge': { lagMessages: 0, members: null, parked: null },
        });
        const { queues } = JSON.parse(
          (await system.gavel('groups', 'show', 'notifications', '--json')).stdout,
        ) as { queues: { role: string; ready: number }[] };
        expect(queues.find(({ role }) => role === 'parked')).toMatchObject({ ready: 1 });
      },
      { timeout: 60_000, interval: 500 },
    );
  });
  afterAll(() => system?.close());

  const actions: Readonly<Record<string, () => Promise<void>>> = {
    '# a row of the projection is changed by hand': async () => {
      await system.stats.pool.query('UPDATE user_stats SET total_bids = 7 WHERE user_id = $1', [ANNA]);
    },
  };

  // With GAVEL_RECORD=1 the output is written to the README instead of compared.
  it('shows what the commands print', async () => {
    const page = await readFile(readme, 'utf8');
    const outputs: string[] = [];
    const steps = readSession(page);
    expect(steps.length).toBeGreaterThan(15);
    for (const step of steps) {
      if (step.kind === 'remark') {
        await actions[step.text]?.();
        continue;
      }
      const { code, output } = await system.shell(step.line, events);
      const printed = `${output}${code === 0 ? '' : `[exit code ${code}]\n`}`;
      outputs.push(printed);
      if (!process.env.GAVEL_RECORD) expect(mask(printed), `$ ${step.line}`).toBe(mask(step.output));
    }
    if (process.env.GAVEL_RECORD) await writeFile(readme, writeSession(page, outputs));
  });
});
