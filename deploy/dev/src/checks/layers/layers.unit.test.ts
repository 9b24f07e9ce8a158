import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findViolations } from './find-violations.ts';
import { readModuleGraph } from './read-module-graph.ts';
import { type Files, withFixtureProject } from './testing/fixture-project.ts';

/** The violations in one file of a project that has this file and the others. */
async function check(path: string, text: string, others: Files = {}, without: readonly string[] = []) {
  const files = { [path]: text, ...others };
  const read = async (root: string) => findViolations(root, await readModuleGraph(root));
  const violations = await withFixtureProject(files, read, without);
  return violations.filter(({ file }) => file === path);
}

test.each([
  ['observability/src/logger.ts', '@gavel/postgres/pool'],
  ['proto/src/registry.ts', '@gavel/observability/logger'],
  ['services/postgres/src/pool.ts', '@gavel/service-runtime/config'],
  ['services/runtime/src/health.ts', '@gavel/outbox/append'],
  ['services/resilience/src/retry.ts', '@gavel/service-runtime/health'],
  ['observability/src/flush.ts', '@gavel/resilience/timeout'],
  ['services/rabbitmq/src/session.ts', '@gavel/outbox/append'],
  ['services/outbox/src/append.ts', '@gavel/bids-service/auction'],
  ['services/auth/src/main.ts', '@gavel/bids-service/config'],
  ['services/bids/src/main.ts', '@gavel/consumer-runtime/run'],
  ['consumers/user-stats/src/main.ts', '@gavel/outbox/append'],
  ['consumers/user-stats/src/main.ts', '@gavel/processes/processes'],
  ['consumers/runtime/src/run.ts', '@gavel/user-stats-consumer/project'],
  ['consumers/cli/src/groups/known-groups.ts', '@gavel/dev/config'],
  ['bff/server/call-services.ts', '@gavel/service-runtime/config'],
  ['services/bids/src/main.ts', '@gavel/dev/config'],
])('%s may not import %s', async (path, specifier) => {
  expect(await check(path, `import { a } from '${specifier}';`)).toHaveLength(1);
});

test.each([
  ['services/bids/src/main.ts', '@gavel/outbox/append'],
  ['services/outbox/src/append.ts', '@gavel/postgres/transaction'],
  ['services/outbox/src/relay.ts', '@gavel/rabbitmq/session'],
  ['consumers/user-stats/src/main.ts', '@gavel/consumer-runtime/run'],
  ['consumers/cli/src/groups/known-groups.ts', '@gavel/processes/processes'],
  ['bff/server/call-services.ts', '@gavel/proto/gen/bids/v1/bids_pb'],
  ['bff/server/live/prices.ts', '@gavel/rabbitmq/session'],
  ['deploy/proving/src/e2e/walk.ts', '@gavel/bids-service/config'],
  ['services/bids/src/bids.int.test.ts', '@gavel/dev/infrastructure/rabbitmq-management'],
  ['services/bids/src/bids.int.test.ts', '@gavel/consumer-runtime/testing/vhost'],
])('%s may import %s', async (path, specifier) => {
  expect(await check(path, `import { a } from '${specifier}';`)).toEqual([]);
});

test.each([
  "import '@gavel/bids-service/x';",
  "import type { A } from '@gavel/bids-service/x';",
  "import { type A } from '@gavel/bids-service/x';",
  "export { a } from '@gavel/bids-service/x';",
  "const a = await import('@gavel/bids-service/x');",
])('this form of import is seen: %s', async (form) => {
  expect(await check('services/auth/src/main.ts', form)).toHaveLength(1);
});

test.each([
  ['domain', "import { v7 } from 'uuid';"],
  ['domain', "import { createHash } from 'node:crypto';"],
  ['domain', "import type { A } from '@gavel/proto/reasons';"],
  ['domain', "import type { A } from '../application/ports.ts';"],
  ['application', "import { a } from '../adapters/postgres.ts';"],
  ['application', "import { Pool } from 'pg';"],
  ['application', "import { connect } from '@nats-io/transport-node';"],
  ['application', "import { readFile } from 'node:fs/promises';"],
  ['application', "import { transaction } from '@gavel/postgres/transaction';"],
  ['application', "import { append } from '@gavel/outbox/append';"],
  ['application', "import { readBidsConfig } from '../config.ts';"],
  ['adapters', "import { start } from '../main.ts';"],
])('%s may not contain %s', async (layer, text) => {
  expect(await check(`services/bids/src/${layer}/file.ts`, text)).not.toEqual([]);
});

test.each([
  ['domain', "import { bid } from './auction/bid.ts';"],
  ['application', "import { bid } from '../domain/auction/bid.ts';"],
  ['application', "import type { Transaction } from '@gavel/postgres/transaction';"],
  ['application', "import { v7 } from 'uuid';"],
  ['adapters', "import { placeBid } from '../application/place-bid.ts'; import { Pool } from 'pg';"],
])('%s may contain %s', async (layer, text) => {
  expect(await check(`services/bids/src/${layer}/file.ts`, text)).toEqual([]);
});

test('main.ts wires, and a file that others import does not', async () => {
  const wiring = "import { postgres } from './adapters/postgres.ts';";
  expect(await check('services/bids/src/main.ts', wiring)).toEqual([]);
  const imported = { 'services/bids/src/main.ts': "import './start.ts';" };
  expect(await check('services/bids/src/start.ts', wiring, imported)).toHaveLength(1);
});

test.each(['consumers/user-stats/src/consumer.ts', 'consumers/runtime/src/start-consumer.ts'])(
  'a consumer declaration names its handler, and a library composes its own adapters: %s',
  async (file) => {
    const main = file.replace(/[^/]+$/, 'main.ts');
    const others = { [main]: `import './${file.split('/').at(-1)}';` };
    expect(await check(file, "import { addToTotals } from './adapters/add-to-totals.ts';", others)).toEqual(
      [],
    );
  },
);

test("a library's application may know the library's public files, and not its adapters", async () => {
  const file = 'consumers/runtime/src/application/apply-batch.ts';
  expect(await check(file, "import { defineConsumer } from '../define-consumer.ts';")).toEqual([]);
  expect(await check(file, "import { park } from '../adapters/postgres/dead-letters.ts';")).toHaveLength(1);
});

test('a process does not import test code', async () => {
  expect(
    await check('services/bids/src/main.ts', "import { a } from '@gavel/postgres/testing/test-database';"),
  ).toHaveLength(1);
});

test.each([
  'services/bids/src/main.ts',
  'services/bids/src/bids.int.test.ts',
  'deploy/proving/src/e2e/walk.ts',
])('%s reaches another package through its named exports only', async (file) => {
  const exported = "import { a } from '@gavel/postgres/pool';";
  expect(await check(file, exported)).toEqual([]);
  expect(await check(file, exported, {}, ['@gavel/postgres/pool'])).toHaveLength(1);
  const relative = file
    .split('/')
    .slice(1)
    .map(() => '..')
    .join('/');
  expect(await check(file, `import { a } from '${relative}/services/postgres/src/pool.ts';`)).toHaveLength(1);
});

test('a service that imports another by a relative path breaks two rules', async () => {
  expect(await check('services/auth/src/main.ts', "import '../../bids/src/config.ts';")).toHaveLength(2);
});

test.each(['import { b }', 'import type { B }'])('a cycle of %s is refused and shown', async (form) => {
  const [a, b] = ['services/bids/src/domain/a.ts', 'services/bids/src/domain/b.ts'];
  const violations = await check(a, `${form} from './b.ts';`, { [b]: "import { type A } from './a.ts';" });
  expect(violations).toHaveLength(1);
  expect(violations[0]?.message).toContain(`${a} → ${b} → ${a}`);
});

test('a file that the parser does not know fails with advice', async () => {
  await expect(check('services/bids/src/main.ts', 'using held = lock();')).rejects.toThrow(/try … finally/);
});

test('the command fails on a refused import and names its line and what to do', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const file = 'services/auth/src/main.ts';
  await withFixtureProject({ [file]: "\nimport '@gavel/bids-service/config';\n" }, async (root) => {
    const refused = spawnSync(process.execPath, [main, root], { encoding: 'utf8' });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`${file}:2  imports @gavel/bids-service/config: services/* may`);
    writeFileSync(join(root, file), "import './config.ts';\n");
    writeFileSync(join(root, 'services/auth/src/config.ts'), '');
    expect(execFileSync(process.execPath, [main, root], { encoding: 'utf8' })).toContain('follow the rules');
  });
});
