import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What an image contains beside Node, as paths from the project's root. */
export interface ImageFiles {
  /** Folders of Gavel's own packages. */
  readonly packages: readonly string[];
  /** Folders of installed packages: `node_modules/pg`, `node_modules/a/node_modules/b`. */
  readonly modules: readonly string[];
  /** Links in node_modules by which Gavel's packages find each other: `node_modules/@gavel/proto` → `proto`. */
  readonly links: ReadonlyMap<string, string>;
}

/** Packages that Next's build copies into its own output, with the parts that the web app needs. */
const inBuild: ReadonlySet<string> = new Set(['next', 'react', 'react-dom', 'server-only']);

/**
 * The packages that a program needs: its own, and everything on which that depends, also through others. Development packages are
 * not among them. Throws when a dependency is not installed.
 * @param root the project's root, with its node_modules
 * @param entry the program, from the root: `services/bids/src/main.ts`
 */
export async function imageFiles(root: string, entry: string): Promise<ImageFiles> {
  const packages = new Set<string>();
  const modules = new Set<string>();
  const links = new Map<string, string>();
  const waiting = [packageOf(root, entry)];
  // The launcher and the chart load telemetry first, by a name that is resolved from the root.
  waiting.push(join(root, 'observability'));

  const add = (folder: string): void => {
    const path = relative(root, folder).split(sep).join('/');
    const known = path.startsWith('node_modules/') ? modules : packages;
    if (known.has(path)) return;
    known.add(path);
    waiting.push(folder);
  };
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    add(folder);
    const manifest = await readManifest(folder);
    if (!folder.includes('node_modules')) {
      links.set(`node_modules/${manifest.name}`, relative(root, folder).split(sep).join('/'));
    }
    for (const [name, optional] of dependenciesOf(manifest)) {
      if (inBuild.has(name) || name.startsWith('@types/')) continue;
      const found = findInstalled(root, folder, name);
      if (found !== undefined) add(found);
      else if (!optional) throw new Error(`${manifest.name} needs ${name}, which is not installed`);
    }
  }
  return { packages: [...packages].toSorted(), modules: [...modules].toSorted(), links };
}

/** The folder of the package that holds a file of the project. */
function packageOf(root: string, file: string): string {
  for (let folder = dirname(join(root, file)); folder !== root; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new Error(`${file} belongs to no package`);
}

function dependenciesOf(manifest: Manifest): Map<string, boolean> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
  const isOptional = (name: string) => manifest.peerDependenciesMeta?.[name]?.optional === true;
  return new Map([
    ...Object.keys(dependencies).map((name) => [name, false] as const),
    // Programs for other platforms are optional and not installed.
    ...Object.keys(optionalDependencies).map((name) => [name, true] as const),
    ...Object.keys(peerDependencies)
      .filter((name) => !isOptional(name))
      .map((name) => [name, false] as const),
  ]);
}

/** Where Node finds a package from a folder: in the nearest node_modules on the way to the root. */
function findInstalled(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) {
      // A link to a package of the project leads out of node_modules.
      return realpathSync(candidate);
    }
    if (folder === root) return undefined;
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}
