import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/.next/**', '.gavel/**'];

// Limits are for what hangs: a condition is waited for as long as a busy machine may need.
const poll = { timeout: 30_000, interval: 50 };

// Outside of Next, importing server-only throws on purpose. Tests run on the server, so they get the package's empty file,
// as Next's server bundles do.
const resolve = {
  alias: { 'server-only': fileURLToPath(new URL('./node_modules/server-only/empty.js', import.meta.url)) },
};

/** A test's name says its cost: `.unit` needs nothing, `.int` real servers, `.e2e` the whole system. */
export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['**/*.unit.test.{ts,tsx}'],
          exclude,
          testTimeout: 30_000,
          expect: { poll },
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude,
          globalSetup: ['deploy/dev/src/testing/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll },
          // These tests mostly wait for servers: three files at once keep two cores busy, where Vitest runs one by default.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude,
          globalSetup: ['deploy/dev/src/testing/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each file has a system of its own. While one starts or waits, the other one works.
          maxWorkers: 2,
          expect: { poll },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
