import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { watchedConsumers } from '@gavel/group-watch/process';
import { enginesOf, secretsOf } from '@gavel/proto/process';
import { expect, it } from 'vitest';
import { consumerProcesses, databases, findProcess, processes, processesFor } from './processes.ts';

const root = resolve(import.meta.dirname, '../../..');

it('gives each process a name, a port and a program of its own', () => {
  expect(new Set(processes.map(({ name }) => name)).size).toBe(processes.length);
  expect(new Set(processes.map(({ port }) => port)).size).toBe(processes.length);
  for (const { entry } of processes) expect(existsSync(join(root, entry)), entry).toBe(true);
});

it('lists every process that another one calls or waits for', () => {
  for (const { startsAfter, environment } of processes) {
    for (const name of startsAfter) expect(findProcess(name), name).toBeDefined();
    for (const value of Object.values(environment)) {
      if (typeof value !== 'string' && value.from === 'process')
        expect(findProcess(value.name)).toBeDefined();
    }
  }
});

it('gives the URL of its own database to exactly the processes that have one', () => {
  for (const { name, database, environment } of processes) {
    const isTold = Object.values(environment).some(
      (value) => typeof value !== 'string' && value.from === 'database' && value.name === undefined,
    );
    expect(isTold, name).toBe(database !== undefined);
  }
});

it('lists every database once, with the migrations of its owner', () => {
  expect(new Set(databases.map(({ name }) => name)).size).toBe(databases.length);
  for (const { migrations } of databases) {
    for (const { directory } of migrations) expect(existsSync(directory), directory.href).toBe(true);
  }
});

it('starts the bridge to NATS only when NATS is requested', () => {
  const names = (nats: boolean) => processesFor({ nats }).map(({ name }) => name);
  expect(names(true)).toEqual(processes.map(({ name }) => name));
  expect(names(false)).toEqual(names(true).filter((name) => name !== 'nats-bridge'));
});

it('says of each consumer group what its declaration says', async () => {
  const declared = await Promise.all(
    consumerProcesses.map(async ({ consumer }) => {
      const declaration = await consumer();
      const { name } = declaration;
      if (!('stream' in declaration)) return { name, reads: 'queue' };
      return { name, reads: 'stream', stream: declaration.stream, subscription: declaration.subscription };
    }),
  );
  expect(consumerProcesses.map(({ group }) => group)).toEqual(declared);
  expect(new Set(declared.map(({ name }) => name)).size).toBe(consumerProcesses.length);
});

it('lets the watch over consumer groups watch every group', () => {
  const names = (list: typeof consumerProcesses) => list.map(({ name }) => name).toSorted();
  expect(names(watchedConsumers)).toEqual(names(consumerProcesses));
});

it('derives the engines and the secrets of a process from its environment', () => {
  const auth = findProcess('auth');
  expect(auth && [...enginesOf(auth)].toSorted()).toEqual(['postgres', 'redis']);
  expect(auth && secretsOf(auth)).toEqual(['DATABASE_URL', 'REDIS_URL', 'AUTH_SIGNING_KEYS_DIR']);
  const bff = findProcess('bff');
  expect(bff && secretsOf(bff)).toEqual(['AMQP_URL']);
});
