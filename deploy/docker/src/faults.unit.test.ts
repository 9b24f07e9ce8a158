import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processes } from '@gavel/processes';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeFaults } from './compose-faults.ts';
import { directoryNames } from './compose-processes.ts';
import { dockerfileFaults } from './dockerfile-faults.ts';
import { folder } from './generated-files.ts';

const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
type Services = Record<string, Record<string, unknown>>;

function compose(): { services: Services } {
  return parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')) as { services: Services };
}

/** The compose file with one service changed. */
function withChanged(name: string, change: Record<string, unknown>): unknown {
  const file = compose();
  Object.assign(file.services[name] ?? {}, change);
  return file;
}

it('accepts the project as it is', () => {
  expect(dockerfileFaults(dockerfile, directoryNames())).toEqual([]);
  expect(composeFaults(compose())).toEqual([]);
});

it('starts every process in the compose file', () => {
  expect(Object.keys(compose().services)).toEqual(expect.arrayContaining(processes.map(({ name }) => name)));
});

it.each([
  ['runs as root', 'USER 10001:10001', 'USER root', 'the image runs as root: set USER to a number'],
  ['has no health check', 'HEALTHCHECK', '# HEALTHCHECK', 'the image has no HEALTHCHECK'],
  ['has a base that changes', 'debian:13.1-slim', 'debian', 'the image debian has no pinned tag'],
  [
    'contains its build tools',
    'ca-certificates libatomic1',
    'ca-certificates npm',
    'the image is built with tools that it then contains',
  ],
  [
    'has no directory for the archive',
    ' /data/archive',
    '',
    'the image has no directory /data/archive, so a new volume would belong to root',
  ],
])('refuses a Dockerfile whose image %s', (_, text, replaced, fault) => {
  const at = dockerfile.lastIndexOf(text);
  const changed = dockerfile.slice(0, at) + replaced + dockerfile.slice(at + text.length);
  expect(dockerfileFaults(changed, directoryNames())).toContain(fault);
});

it.each([
  ['an unknown field', 'redis', { imagee: 'redis:8' }, 'there is no field /services/redis/imagee'],
  [
    'a port that is open to the network',
    'bff',
    { ports: ['3000:3000'] },
    'bff: port 3000:3000 is open to the network',
  ],
  ['a moving tag', 'redis', { image: 'redis:latest' }, 'redis: the image redis:latest has no pinned tag'],
  [
    'a name that does not exist',
    'bids',
    { depends_on: ['mysql'] },
    'bids: it waits for mysql, which does not exist',
  ],
  [
    'a volume that does not exist',
    'redis',
    { volumes: ['cache:/data'] },
    'redis: the volume cache does not exist',
  ],
  ['a writable root file system', 'auth', { read_only: false }, 'auth: its root file system is writable'],
])('refuses a compose file with %s', (_, name, change, fault) => {
  expect(composeFaults(withChanged(name, change))).toContain(fault);
});
