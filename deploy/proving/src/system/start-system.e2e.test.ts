import { isAlive } from '@gavel/dev/process-control/process-table';
import { createPool } from '@gavel/postgres/pool';
import { expect, inject, test } from 'vitest';
import { callConnect } from './call-connect.ts';
import { startSystem } from './start-system.ts';

test('a system restarts a killed process, runs chosen processes twice, and cleans up', async () => {
  const infrastructure = inject('infrastructure');
  const names = ['auth', 'bids', 'relay-bids', 'relay-bids-2'] as const;
  const system = await startSystem({
    infrastructure,
    processes: { 'user-stats': false, 'relay-auth': false, 'consumer-user-stats': false },
    doubled: ['relay-bids'],
  });
  const before = names.map((name) => system.pid(name));
  try {
    await system.kill('bids');
    await system.ready();
    expect(system.restarts('bids')).toBe(1);
    expect(await callConnect(system.urls.bids, 'bids.v1.BidService/ListItems', {})).toMatchObject({
      ok: true,
    });
    await system.stopProcess('relay-bids');
    expect(system.pid('relay-bids')).toBeNull();
    await system.startProcess('relay-bids');
  } finally {
    before.push(...names.map((name) => system.pid(name)));
    await system.stop();
  }
  expect(before.filter((pid) => pid !== null && isAlive(pid))).toEqual([]);
  const pool = createPool({
    connectionString: infrastructure.postgresUrl,
    applicationName: 'proving',
    max: 1,
  });
  const name = new URL(system.databaseUrls.gavel_bids).pathname.slice(1);
  expect((await pool.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount).toBe(0);
  await pool.end();
});
