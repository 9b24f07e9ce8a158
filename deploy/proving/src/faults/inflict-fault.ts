import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '../system/start-system.ts';
import type { FaultName, PlannedFault } from './plan-faults.ts';
import { STRIKE_SIGNAL } from './strike-signal.ts';

const READY_TIMEOUT_MS = 60_000;

/**
 * Lets one fault strike and resolves when what was killed is up again. A process is started again by its keeper, a
 * server by this function after `downMs`.
 */
export async function inflictFault(system: System, fault: PlannedFault): Promise<void> {
  switch (fault.name) {
    case 'relay between publish and mark':
      return (await armFixture(system, 'relay-bids'))();
    case 'consumer between apply and commit':
      return (await armFixture(system, 'consumer-user-stats'))();
    case 'relay':
      return system.kill('relay-bids');
    case 'consumer':
      return system.kill('consumer-user-stats');
    case 'bids':
      return system.kill('bids');
    case 'rabbitmq':
    case 'postgres':
      return killServer(system, fault.name, fault.downMs);
  }
}

/**
 * Tells a fixture to die of its own hand when it next gets to its worst moment. It must be listening for the signal, or it
 * would die at once, somewhere else: so only a process that is ready is told, and its next answer shows that it heard.
 * @returns waits until it has died
 */
export async function armFixture(
  system: System,
  name: 'relay-bids' | 'consumer-user-stats',
): Promise<() => Promise<void>> {
  await system.ready(READY_TIMEOUT_MS, name);
  const restarts = system.restarts(name);
  system.signal(name, STRIKE_SIGNAL);
  await system.ready(READY_TIMEOUT_MS, name);
  return async () => {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (system.restarts(name) === restarts) {
      if (performance.now() > deadline)
        throw new Error(`${name} never came to the moment at which it was to die`);
      await delay(20);
    }
  };
}

async function killServer(system: System, name: Extract<FaultName, 'rabbitmq' | 'postgres'>, downMs: number) {
  const server = system.infrastructure.servers?.[name];
  if (server === undefined) throw new Error(`${name} belongs to somebody else and is not killed`);
  await server.kill();
  await delay(downMs);
  await server.start();
}
