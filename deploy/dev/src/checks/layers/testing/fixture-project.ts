import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

const packages: Readonly<Record<string, string>> = {
  '@gavel/proto': 'proto',
  '@gavel/observability': 'observability',
  '@gavel/resilience': 'services/resilience',
  '@gavel/postgres': 'services/postgres',
  '@gavel/rabbitmq': 'services/rabbitmq',
  '@gavel/service-runtime': 'services/runtime',
  '@gavel/outbox': 'services/outbox',
  '@gavel/auth-service': 'services/auth',
  '@gavel/bids-service': 'services/bids',
  '@gavel/consumer-runtime': 'consumers/runtime',
  '@gavel/user-stats-consumer': 'consumers/user-stats',
  '@gavel/cli': 'consumers/cli',
  '@gavel/bff': 'bff',
  '@gavel/dev': 'deploy/dev',
  '@gavel/processes': 'deploy/processes',
};

const libraries = ['pg', 'uuid', '@nats-io/transport-node'];

/** Files by path, with their text. */
export type Files = Readonly<Record<string, string>>;

/**
 * Runs `use` on a project on disk with Gavel's packages and the given files, and removes it. Each import in the files resolves: a
 * package exports what they import from it, and each target exists. `without` names exports that are left out.
 */
export async function withFixtureProject<Result>(
  files: Files,
  use: (root: string) => Promise<Result>,
  without: readonly string[] = [],
): Promise<Result> {
  const root = mkdtempSync(join(tmpdir(), 'gavel-fixture-'));
  const write = (path: string, text: string, flag = 'w') => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag });
  };
  const link = (name: string, folder: string) => {
    mkdirSync(dirname(join(root, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, folder), join(root, 'node_modules', name));
  };
  const all = new Map(Object.entries(files));
  const exports = new Map<string, Record<string, string>>();
  for (const [path, text] of Object.entries(files)) {
    for (const [, specifier = ''] of text.matchAll(/'([^'\n]+)'/g)) {
      const [scope, name, ...rest] = specifier.split('/');
      const folder = packages[`${scope}/${name}`];
      if (folder !== undefined && !without.includes(specifier)) {
        const file = rest[0] === 'gen' ? `${rest.join('/')}.ts` : `src/${rest.join('/')}.ts`;
        exports.set(folder, { ...exports.get(folder), [`./${rest.join('/')}`]: `./${file}` });
        if (!all.has(`${folder}/${file}`)) all.set(`${folder}/${file}`, '');
      } else if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(path), specifier);
        if (!all.has(target)) all.set(target, '');
      }
    }
  }
  write('package.json', '{"name":"fixture"}');
  for (const [name, folder] of Object.entries(packages)) {
    write(`${folder}/package.json`, JSON.stringify({ name, exports: exports.get(folder) ?? {} }));
    link(name, folder);
  }
  for (const name of libraries) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  for (const [path, text] of all) write(path, text);
  try {
    return await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}
