import { processes } from '@gavel/processes';
import { expect, test } from 'vitest';
import type { KeptState, SystemState } from '../system/system-files.ts';
import { summary } from './summary.ts';

function kept(name: string, port: number, more: Partial<KeptState>): KeptState {
  return {
    name,
    pid: 1,
    stamp: null,
    state: 'running',
    restarts: 0,
    lastExit: null,
    logFile: '',
    url: null,
    healthUrl: null,
    port,
    ...more,
  };
}

test('the summary has a row for every process and every port of a server, with the addresses of the running system', () => {
  const servers = [
    kept('postgres', 14_432, { ports: { postgres: 14_432 } }),
    kept('prometheus', 14_790, { url: 'http://127.0.0.1:14790' }),
    kept('rabbitmq', 14_672, { ports: { amqp: 14_672, stream: 14_552, epmd: 14_370 } }),
  ];
  const running = processes.map(({ name, port }) =>
    kept(name, port + 10_000, { url: `http://127.0.0.1:${port + 10_000}` }),
  );
  const mail = kept('mail', 0, { url: 'http://127.0.0.1:14041', ports: { smtp: 14_042 } });
  const state: SystemState = {
    supervisor: { pid: 1, stamp: null },
    phase: 'running',
    startedAt: '',
    lines: [],
    failure: null,
    kept: [...servers, mail, ...running],
  };
  const text = summary(state);
  for (const { name, port } of processes)
    expect(text).toMatch(new RegExp(`^  ${name} +http://127.0.0.1:${port + 10_000} `, 'm'));
  for (const [name, port] of Object.entries({ postgres: 14_432, amqp: 14_672, stream: 14_552, epmd: 14_370 }))
    expect(text).toMatch(new RegExp(`^  ${name} +127.0.0.1:${port} `, 'm'));
  expect(text).toMatch(/^ {2}prometheus +http:\/\/127\.0\.0\.1:14790 +server prometheus$/m);
  expect(text).toMatch(/^ {2}mail +http:\/\/127\.0\.0\.1:14041 /m);
  expect(text).toMatch(/^ {2}smtp +127\.0\.0\.1:14042 /m);
  const names = text.match(/^ {2}\S+(?= +(http:\/\/)?127\.0\.0\.1:\d+ {2})/gm);
  expect(new Set(names).size).toBe(names?.length);
  expect(text).toMatch(/mails +http:\/\/127\.0\.0\.1:14041\n/);
  expect(text).toMatch(/web app +http:\/\/127\.0\.0\.1:13000\n/);
});
