import { setTimeout as delay } from 'node:timers/promises';
import type { ServerName } from '@gavel/dev/infrastructure';
import type { InstanceName } from '../system/kept-process.ts';
import type { System } from '../system/start-system.ts';
import { TRY_TIMEOUT_MS } from './bidder.ts';
import { cutBrokerConnections, cutDatabaseConnections, outboxHolder } from './cut-connections.ts';
import { endRetention, filledPartitions, passByRetention } from './pass-by-retention.ts';
import type { PlannedFault } from './plan-faults.ts';
import { type Random, seededRandom } from './random.ts';
import { repairFromPostgres, untilRefused } from './repair-from-postgres.ts';
import { repeatEvents } from './repeat-events.ts';
import { STRIKE_SIGNAL } from './strike-signal.ts';
import { untilItWorks } from './until-it-works.ts';

const READY_TIMEOUT_MS = 60_000;
// A standby tries to become leader several times a second.
const TAKEOVER_MS = 2_000;

const relays = ['relay-bids', 'relay-bids-2'] as const;
const consumers = ['consumer-user-stats', 'consumer-user-stats-2'] as const;

/**
 * Injects one fault and resolves when the affected process or server may continue. The keeper restarts a killed process; this
 * function restarts a killed server after `downMs`.
 */
export async function inflictFault(system: System, { name, atMs, downMs }: PlannedFault): Promise<void> {
  switch (name) {
    case 'kill -9 of the relay between publishing and marking as published':
      return (await armFixture(system, relays))();
    case 'kill -9 of the consumer between applying and committing':
      return (await armFixture(system, consumers))();
    case 'kill -9 of the relay':
      return system.kill(await activeRelay(system));
    case 'kill -9 of the consumer':
      return system.kill('consumer-user-stats');
    case 'kill -9 of bids':
      return system.kill('bids');
    case 'kill -9 of auth':
      return system.kill('auth');
    case 'kill -9 of RabbitMQ':
      return downAndUp(system, 'rabbitmq', 'kill', downMs);
    case 'kill -9 of Postgres':
      return downAndUp(system, 'postgres', 'kill', downMs);
    case 'RabbitMQ stopped and started':
      return downAndUp(system, 'rabbitmq', 'stop', downMs);
    case 'Postgres stopped and started':
      return downAndUp(system, 'postgres', 'stop', downMs);
    case 'bids frozen for longer than its clients wait':
      return freeze(system, 'bids', TRY_TIMEOUT_MS + downMs);
    case 'the relay frozen':
      return freeze(system, await activeRelay(system), downMs);
    case 'the relay frozen until another has taken over':
      return makeZombie(system, downMs);
    case 'the consumer frozen':
      return freeze(system, 'consumer-user-stats', downMs);
    case 'the consumer frozen until another has taken over':
      return makeZombieConsumer(system, downMs);
    case 'a consumer leaves its group and joins it again':
      return leaveAndJoin(system, 'consumer-user-stats-2', downMs);
    case 'retention passes a consumer that is held back':
      return passAndRepair(system, seededRandom(atMs * 65_537 + downMs));
    case 'events sent again in another order by a foreign client':
      return whileUp(system, 'rabbitmq', () => repeatEvents(system, seededRandom(atMs * 65_537 + downMs)));
    case 'all connections to the bids database cut':
      return whileUp(system, 'postgres', () => cutDatabaseConnections(system));
    case 'all connections to RabbitMQ cut':
      return whileUp(system, 'rabbitmq', () => cutBrokerConnections(system));
  }
}

/**
 * Makes both instances of a fixture kill themselves at their next most dangerous moment. One dies, and the other dies after
 * it has taken over. A process without a signal handler would die at once, at another moment, so the signal goes only to a
 * process that is ready, and its next answer shows that it got the signal.
 * @returns a function that waits until one has died
 */
export async function armFixture(
  system: System,
  names: readonly InstanceName[],
): Promise<() => Promise<void>> {
  for (const name of names) await system.ready(READY_TIMEOUT_MS, name);
  const pids = names.map((name) => system.pid(name));
  for (const name of names) system.signal(name, STRIKE_SIGNAL);
  for (const name of names) await system.ready(READY_TIMEOUT_MS, name);
  return async () => {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (names.every((name, i) => system.pid(name) === pids[i])) {
      if (performance.now() > deadline)
        throw new Error(`${names.join(', ')} did not reach the moment at which one had to die`);
      await delay(20);
    }
  };
}

/** Freezes the leading relay and cuts its session. It continues when another relay has been leader for some time. */
async function makeZombie(system: System, downMs: number): Promise<void> {
  const active = await activeRelay(system);
  const frozen = freeze(system, active, TAKEOVER_MS + downMs);
  await whileUp(system, 'postgres', () => cutDatabaseConnections(system, 'relay-bids'));
  await frozen;
}

/**
 * Freezes a member of the group while it handles events, and cuts all broker connections, so the other member gets its
 * partitions at once. When it continues, the checkpoints have moved.
 */
async function makeZombieConsumer(system: System, downMs: number): Promise<void> {
  const frozen = freeze(system, 'consumer-user-stats', TAKEOVER_MS + downMs);
  await whileUp(system, 'rabbitmq', () => cutBrokerConnections(system));
  await frozen;
}

/** A graceful stop: the member finishes its batch, the other member takes its partitions, and they return after the restart. */
async function leaveAndJoin(system: System, name: InstanceName, downMs: number): Promise<void> {
  const before = leaving.get(system);
  const turn = (async () => {
    await before?.catch(() => undefined);
    await system.stopProcess(name);
    await delay(downMs);
    await system.startProcess(name);
  })();
  leaving.set(system, turn);
  await turn;
}

/** The consumer must notice what it missed. After the repair it has applied everything, as the checker shows. */
async function passAndRepair(system: System, random: Random): Promise<void> {
  const partitions = await untilItWorks('partitions with messages', async () => {
    const filled = await filledPartitions(system);
    if (filled.length === 0) throw new Error('nothing was published yet');
    return filled;
  });
  const partition = partitions[random.between(0, partitions.length - 1)] as string;
  await passByRetention(system, partition);
  await untilRefused(system, partition);
  await endRetention(system);
  await repairFromPostgres(system, partition);
}

async function activeRelay(system: System): Promise<InstanceName> {
  const holder = await outboxHolder(system);
  return relays.find((name) => String(system.pid(name)) === holder) ?? 'relay-bids';
}

/** SIGSTOP and SIGCONT: for all others the process is alive and does not answer. */
async function freeze(system: System, name: InstanceName, frozenMs: number): Promise<void> {
  const pid = system.pid(name);
  system.signal(name, 'SIGSTOP');
  await delay(frozenMs);
  // Another fault may have killed it, and its successor was never frozen.
  if (system.pid(name) === pid) system.signal(name, 'SIGCONT');
}

async function downAndUp(
  system: System,
  name: ServerName,
  how: 'kill' | 'stop',
  downMs: number,
): Promise<void> {
  const server = system.infrastructure.servers?.[name];
  if (server === undefined) throw new Error(`${name} was not started by this system and is not touched`);
  await whileUp(system, name, async () => {
    await server[how]();
    await delay(downMs);
    await server.start();
  });
}

/** Only one member leaves at a time. */
const leaving = new WeakMap<System, Promise<void>>();
const lastUse = new WeakMap<System, Map<ServerName, Promise<void>>>();

/** A fault of a server waits until the server is up: an earlier fault may not have restarted it yet. */
async function whileUp(system: System, name: ServerName, strike: () => Promise<unknown>): Promise<void> {
  const uses = lastUse.get(system) ?? new Map<ServerName, Promise<void>>();
  lastUse.set(system, uses);
  const strikes = Promise.resolve(uses.get(name)).then(async () => void (await strike()));
  // The caller of the earlier fault gets its error. This fault only has to wait for it.
  uses.set(
    name,
    strikes.catch(() => undefined),
  );
  await strikes;
}
