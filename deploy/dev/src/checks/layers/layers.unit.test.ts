import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findViolations } from './find-violations.ts';

const packages = new Map([
  ['@gavel/proto', 'proto'],
  ['@gavel/observability', 'observability'],
  ['@gavel/postgres', 'services/postgres'],
  ['@gavel/service-runtime', 'services/runtime'],
  ['@gavel/outbox', 'services/outbox'],
  ['@gavel/auth-service', 'services/auth'],
  ['@gavel/bids-service', 'services/bids'],
  ['@gavel/consumer-runtime', 'consumers/runtime'],
  ['@gavel/user-stats-consumer', 'consumers/user-stats'],
  ['@gavel/bff', 'bff'],
  ['@gavel/dev', 'deploy/dev'],
]);

const check = (path: string, text: string, others: [string, string][] = []) =>
  findViolations([{ path, text }, ...others.map(([path, text]) => ({ path, text }))], packages);

test.each([
  ['observability/src/logger.ts', '@gavel/postgres/pool'],
  ['proto/src/registry.ts', '@gavel/observability/logger'],
  ['services/postgres/src/pool.ts', '@gavel/service-runtime/config'],
  ['services/runtime/src/health.ts', '@gavel/postgres/pool'],
  ['services/outbox/src/append.ts', '@gavel/bids-service/domain/auction'],
  ['services/auth/src/main.ts', '@gavel/bids-service/config'],
  ['services/auth/src/main.ts', '../../bids/src/config.ts'],
  ['services/bids/src/main.ts', '@gavel/consumer-runtime/run'],
  ['consumers/user-stats/src/main.ts', '@gavel/outbox/append'],
  ['consumers/runtime/src/run.ts', '@gavel/user-stats-consumer/project'],
  ['bff/server/rpc/call.ts', '@gavel/service-runtime/config'],
  ['services/bids/src/main.ts', '@gavel/dev/config'],
])('%s may not import %s', (path, specifier) => {
  expect(check(path, `import { a } from '${specifier}';`)).toHaveLength(1);
});

test.each([
  ['services/bids/src/main.ts', '@gavel/outbox/append'],
  ['services/outbox/src/append.ts', '@gavel/postgres/transaction'],
  ['consumers/user-stats/src/main.ts', '@gavel/consumer-runtime/run'],
  ['bff/server/rpc/clients.ts', '@gavel/proto/gen/bids/v1/bids_pb'],
  ['deploy/proving/src/e2e/walk.ts', '@gavel/bids-service/config'],
  ['services/bids/src/bids.int.test.ts', '@gavel/dev/infrastructure/rabbitmq-management'],
  ['services/bids/src/bids.int.test.ts', '@gavel/consumer-runtime/testing/vhost'],
])('%s may import %s', (path, specifier) => {
  expect(check(path, `import { a } from '${specifier}';`)).toEqual([]);
});

test('every form of import is seen', () => {
  const forms = [
    "import '@gavel/bids-service/x';",
    "import type { A } from '@gavel/bids-service/x';",
    "export { a } from '@gavel/bids-service/x';",
    "const a = await import('@gavel/bids-service/x');",
  ];
  for (const form of forms) expect(check('services/auth/src/main.ts', form)).toHaveLength(1);
});

test.each([
  ['domain', "import { v7 } from 'uuid';"],
  ['domain', "import { createHash } from 'node:crypto';"],
  ['domain', "import type { A } from '@gavel/proto/reasons';"],
  ['domain', "import type { A } from '../application/ports.ts';"],
  ['application', "import { a } from '../adapters/postgres.ts';"],
  ['application', "import { Pool } from 'pg';"],
  ['application', "import { connect } from '@nats-io/transport-node';"],
  ['application', "import { transaction } from '@gavel/postgres/transaction';"],
  ['application', "import { append } from '@gavel/outbox/append';"],
  ['application', "import { readBidsConfig } from '../config.ts';"],
  ['adapters', "import { start } from '../main.ts';"],
])('%s may not hold %s', (layer, text) => {
  expect(check(`services/bids/src/${layer}/file.ts`, text)).toHaveLength(1);
});

test.each([
  ['domain', "import { bid } from './auction/bid.ts';"],
  ['application', "import { bid } from '../domain/auction/bid.ts';"],
  ['application', "import type { Transaction } from '@gavel/postgres/transaction';"],
  ['application', "import { v7 } from 'uuid';"],
  ['adapters', "import { placeBid } from '../application/place-bid.ts'; import { Pool } from 'pg';"],
])('%s may hold %s', (layer, text) => {
  expect(check(`services/bids/src/${layer}/file.ts`, text)).toEqual([]);
});

test('main.ts wires, and a file that others import does not', () => {
  const wiring = "import { postgres } from './adapters/postgres.ts';";
  expect(check('services/bids/src/main.ts', wiring)).toEqual([]);
  const imported: [string, string] = ['services/bids/src/main.ts', "import './start.ts';"];
  expect(check('services/bids/src/start.ts', wiring, [imported])).toHaveLength(1);
});

test("a consumer's declaration may name its handler, and a library may compose its own adapters", () => {
  const wiring = "import { addToTotals } from './adapters/add-to-totals.ts';";
  for (const file of ['consumers/user-stats/src/consumer.ts', 'consumers/runtime/src/start-consumer.ts']) {
    const main: [string, string] = [
      file.replace(/[^/]+$/, 'main.ts'),
      `import './${file.split('/').at(-1)}';`,
    ];
    expect(check(file, wiring, [main])).toEqual([]);
  }
});

test("a library's application may know the library's public files, and not its adapters", () => {
  const file = 'consumers/runtime/src/application/apply-batch.ts';
  expect(check(file, "import { defineConsumer } from '../define-consumer.ts';")).toEqual([]);
  expect(check(file, "import { park } from '../adapters/postgres/dead-letters.ts';")).toHaveLength(1);
});

test('a process does not import test code', () => {
  expect(
    check('services/bids/src/main.ts', "import { a } from '@gavel/postgres/testing/test-database';"),
  ).toHaveLength(1);
});

test('the command fails on a planted import and names its line', () => {
  const root = mkdtempSync(join(tmpdir(), 'gavel-layers-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('services/auth/package.json', '{"name":"@gavel/auth-service"}');
  write('services/bids/package.json', '{"name":"@gavel/bids-service"}');
  write('services/auth/src/main.ts', "\nimport '@gavel/bids-service/config';\n");
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const planted = spawnSync(process.execPath, [main, root], { encoding: 'utf8' });
  expect(planted.status).toBe(1);
  expect(planted.stderr).toContain('services/auth/src/main.ts:2  services/auth may import');
  write('services/auth/src/main.ts', "import './config.ts';\n");
  expect(execFileSync(process.execPath, [main, root], { encoding: 'utf8' })).toContain('follow the arrows');
  rmSync(root, { recursive: true });
});
