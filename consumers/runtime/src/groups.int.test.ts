import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { activeMembers, pauseGroup, resumeGroup } from './consumer-group.ts';
import type { RunningConsumer } from './start-consumer.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage, type EventMessage } from './testing/foreign-producer.ts';
import { appliedSequences, recordingConsumer } from './testing/recording-consumer.ts';

/** A limit in milliseconds: more than a busy machine needs, less than the broker's own heartbeat of a minute. */
const SECONDS = 20_000;

describe('a consumer group', () => {
  const fixture = useConsumerFixture();
  const children: ChildProcess[] = [];
  let groups = 0;

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  /** A group with its own name and its own items. */
  const newGroup = () => {
    groups += 1;
    const name = `group-${groups}`;
    const items = Array.from({ length: 24 }, () => randomUUID());
    let published = 0;
    return {
      name,
      start: (before?: () => Promise<void>) =>
        fixture.start({ definition: recordingConsumer({ laterEvents: 'wait' }, before, name) }),
      /** Publishes further events of every item, in all partitions. */
      async publish(count: number) {
        const byPartition = Map.groupBy(
          Array.from({ length: count }, (_, i) => published + i + 1).flatMap((sequence) =>
            items.map((itemId) => bidMessage({ itemId, userId: itemId }, sequence)),
          ),
          (bid: EventMessage) => bid.partition,
        );
        for (const [partition, bids] of byPartition) await fixture.producer.send(partition, bids);
        published += count;
      },
      /** Waits until every event was applied once, and those of each item in order. */
      allApplied: (timeout?: number) =>
        eventually(async () => {
          for (const itemId of items)
            expect(await appliedSequences(fixture.database.pool, itemId, name)).toEqual(
              Array.from({ length: published }, (_, i) => i + 1),
            );
        }, timeout),
    };
  };

  const heldBy = (consumer: RunningConsumer) =>
    consumer.status().partitions.filter(({ state }) => state === 'running').length;
  const sharedAs = (members: readonly RunningConsumer[], shares: readonly number[], timeout?: number) =>
    eventually(() => expect(members.map(heldBy).sort()).toEqual(shares), timeout);

  /** Starts a member in its own process. */
  const spawnMember = (name: string) => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./testing/group-member.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          LOG_LEVEL: 'fatal',
          GROUP: name,
          DATABASE_URL: fixture.database.url,
          STREAM_URL: fixture.producer.urls.streamUrl,
        },
      },
    );
    children.push(child);
    let holds = 0;
    let inside = 0;
    child.stdout.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\n')) {
        if (line === 'inside') inside += 1;
        else if (line.startsWith('holds ')) holds = Number(line.slice(6));
      }
    });
    return {
      child,
      holds: (count: number) => eventually(() => expect(holds).toBe(count)),
      async isInside() {
        const before = inside;
        await eventually(() => expect(inside).toBeGreaterThan(before));
      },
    };
  };

  it('shares its partitions again each time a member joins or leaves, and loses and repeats nothing', async () => {
    const { name, start, publish, allApplied } = newGroup();
    const first = start();
    await sharedAs([first], [4]);
    await publish(20);
    const second = start();
    await publish(20);
    await sharedAs([first, second], [2, 2]);
    const third = start();
    await publish(20);
    await sharedAs([first, second, third], [1, 1, 2]);
    const members = await eventually(async () => {
      const active = await activeMembers(fixture.database.pool, name);
      expect(active.flatMap(({ partitions }) => partitions).sort()).toHaveLength(4);
      return active;
    });
    expect(members.map(({ pid }) => pid)).toEqual(Array(3).fill(process.pid));
    for (const member of [first, second, third]) expect(() => member.check()).not.toThrow();

    await Promise.all([publish(20), first.stop()]);
    await sharedAs([second, third], [2, 2]);
    expect(await activeMembers(fixture.database.pool, name)).toHaveLength(2);
    await publish(20);
    await allApplied();
    await third.stop();
    await sharedAs([second], [4]);
  });

  it('keeps members without a partition on standby, and gives them one when another member leaves', async () => {
    const { start, publish, allApplied } = newGroup();
    // One after the other: members that join at the same moment join each partition in another order, and the broker then
    // spreads the partitions unevenly.
    const members: RunningConsumer[] = [];
    for (const shares of [[4], [2, 2], [1, 1, 2], [1, 1, 1, 1], [0, 1, 1, 1, 1]]) {
      members.push(start());
      await sharedAs(members, shares);
      await eventually(() => members.map((member) => member.check()));
    }
    const leaver = members.find((member) => heldBy(member) === 1);
    const others = members.filter((member) => member !== leaver);
    await publish(5);
    await leaver?.stop();
    await sharedAs(others, [1, 1, 1, 1]);
    await publish(5);
    await allApplied();
  });

  it('gives the partitions of a killed member to others within seconds', async () => {
    const { name, start, publish, allApplied } = newGroup();
    const survivor = start();
    await sharedAs([survivor], [4]);
    const victim = spawnMember(name);
    await victim.holds(2);
    const isInside = victim.isInside();
    await publish(30);
    await isInside;
    victim.child.kill('SIGKILL');
    await sharedAs([survivor], [4], SECONDS);
    await publish(5);
    await allApplied(SECONDS);
  });

  it('gives the partitions of a frozen member to others, and refuses the commit of the frozen one when it continues', async () => {
    const { name, start, publish, allApplied } = newGroup();
    const survivor = start();
    await sharedAs([survivor], [4]);
    const frozen = spawnMember(name);
    await frozen.holds(2);
    const isInside = frozen.isInside();
    await publish(30);
    await isInside;
    frozen.child.kill('SIGSTOP');
    await sharedAs([survivor], [4], SECONDS);
    await publish(5);
    // Postgres ends the frozen member's transaction eight seconds after its last statement.
    await allApplied(SECONDS);
    frozen.child.kill('SIGCONT');
    await sharedAs([survivor], [2]);
    await publish(5);
    await allApplied();
  });

  it('pauses and resumes the group or one partition, for present and future members', async () => {
    const { name, start, publish, allApplied } = newGroup();
    const { pool } = fixture.database;
    const states = (consumer: RunningConsumer) => consumer.status().partitions.map(({ state }) => state);
    const applied = async () =>
      (await pool.query('SELECT count(*)::integer AS n FROM applied WHERE consumer = $1', [name])).rows[0]?.n;
    const first = start();
    await publish(2);
    await allApplied();
    await first.pause('gavel.bids-1');
    expect(states(first)).toEqual(['running', 'paused', 'running', 'running']);
    await pauseGroup(pool, name);
    await eventually(() => expect(states(first)).toEqual(Array(4).fill('paused')));
    expect(() => first.check()).not.toThrow();
    const before = await applied();
    await publish(2);
    await eventually(() =>
      expect(first.status().partitions.every(({ lagMessages }) => lagMessages > 0)).toBe(true),
    );
    const second = start();
    await eventually(() =>
      expect([...states(first), ...states(second)].sort()).toEqual([
        ...Array(4).fill('paused'),
        ...Array(4).fill('standby'),
      ]),
    );
    expect(await applied()).toBe(before);
    await resumeGroup(pool, name);
    await allApplied();
    await sharedAs([first, second], [2, 2]);
  });

  it('commits nothing at the start of a group that was paused before', async () => {
    const { name, start, publish, allApplied } = newGroup();
    const { pool } = fixture.database;
    await pauseGroup(pool, name);
    await publish(2);
    const member = start();
    await eventually(() =>
      expect(member.status().partitions.map(({ state }) => state)).toEqual(Array(4).fill('paused')),
    );
    const { rows } = await pool.query(
      'SELECT 1 FROM checkpoints WHERE consumer = $1 AND last_offset IS NOT NULL',
      [name],
    );
    expect(rows).toEqual([]);
    await resumeGroup(pool, name);
    await allApplied();
  });

  it('lets a stopping member finish and commit its batch', async () => {
    const { name, start, publish, allApplied } = newGroup();
    let finish = (): void => undefined;
    const mayFinish = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let inside = 0;
    const leaver = start(() => {
      inside += 1;
      return mayFinish;
    });
    await publish(3);
    await eventually(() => expect(inside).toBe(4));
    const stopped = leaver.stop();
    const heir = start();
    finish();
    await stopped;
    const { rows } = await fixture.database.pool.query(
      'SELECT count(*)::integer AS n FROM applied WHERE consumer = $1',
      [name],
    );
    expect(rows[0]?.n).toBeGreaterThan(0);
    await sharedAs([heir], [4]);
    await allApplied();
  });
});
