/**
 * `node collect.ts PROCESS TARGET`: copies what one process needs to run into a folder: its packages without tests, the installed
 * packages on which they depend, the pinned Node, and the start script `bin/gavel`. The Dockerfile makes an image of it.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { findProcess } from '@gavel/processes';
import { imageFiles } from './image-files.ts';

const root = resolve(import.meta.dirname, '../../..');
const skipped = new Set(['node_modules', 'testing', 'fixtures', 'next-env.d.ts', 'README.md']);

const [name = '', target = ''] = process.argv.slice(2);
const descriptor = findProcess(name);
if (descriptor === undefined || target === '') {
  throw new Error(
    `usage: node collect.ts PROCESS TARGET, where PROCESS is one of Gavel's processes, not "${name}"`,
  );
}
await collect(descriptor.entry, resolve(target));

async function collect(entry: string, out: string): Promise<void> {
  const { packages, modules, links } = await imageFiles(root, entry);
  for (const path of packages) await copyPackage(path, out);
  for (const path of modules) {
    const from = join(root, path);
    // Nested node_modules are in the list themselves, as far as they are needed.
    const filter = (source: string) => source === from || basename(source) !== 'node_modules';
    await cp(from, join(out, path), { recursive: true, filter });
  }
  for (const [link, path] of links) {
    await mkdir(dirname(join(out, link)), { recursive: true });
    await symlink(relative(dirname(join(out, link)), join(out, path)), join(out, link));
  }
  await copyFile(join(root, 'package.json'), join(out, 'package.json'));
  await mkdir(join(out, 'bin'), { recursive: true });
  await copyFile(process.execPath, join(out, 'bin/node'));
  await chmod(join(out, 'bin/node'), 0o755);
  // `exec`: signals reach the program. Telemetry is loaded first, as the launcher does.
  const start = `#!/bin/sh
cd "$(dirname "$0")/.." && exec bin/node --enable-source-maps --import @gavel/observability/preload ${entry} "$@"
`;
  await writeFile(join(out, 'bin/gavel'), start, { mode: 0o755 });
  console.log(`${packages.length} packages of Gavel and ${modules.length} installed ones are in ${out}`);
}

/** Copies a package without its tests. Of a built web app it copies the build, which contains the pages. */
async function copyPackage(path: string, out: string): Promise<void> {
  const from = join(root, path);
  const build = join(from, '.next/standalone');
  await cp(from, join(out, path), {
    recursive: true,
    filter: (source) =>
      !skipped.has(basename(source)) && basename(source) !== '.next' && !/\.test\.tsx?$/.test(source),
  });
  if (!existsSync(build)) return;
  await cp(build, join(out, path, '.next/standalone'), { recursive: true, verbatimSymlinks: true });
  // What the build has compiled is not needed as source.
  for (const folder of await readdir(join(out, path), { withFileTypes: true })) {
    if (folder.isDirectory() && ['app', 'components', 'words', 'public'].includes(folder.name))
      await rm(join(out, path, folder.name), { recursive: true });
  }
}
