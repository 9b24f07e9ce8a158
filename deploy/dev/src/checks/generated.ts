/** Generates the contracts' code afresh beside the committed code and fails when the two differ. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const proto = join(process.cwd(), 'proto');
const fresh = mkdtempSync(join(tmpdir(), 'gavel-generated-'));
try {
  const { status } = spawnSync('buf', ['generate', '--output', fresh], { cwd: proto, stdio: 'inherit' });
  if (status !== 0) throw new Error(`buf generate ended with ${status}`);
  const differing = compareFolders(join(proto, 'gen'), join(fresh, 'gen'));
  for (const file of differing) console.error(`proto/gen/${file} is not what the .proto files generate`);
  if (differing.length > 0) {
    console.error('npm run generate brings proto/gen up to date');
    process.exitCode = 1;
  } else {
    console.log('proto/gen is what the .proto files generate');
  }
} finally {
  rmSync(fresh, { recursive: true });
}

/** The files that only one folder has, or that differ. */
function compareFolders(committed: string, generated: string): string[] {
  const before = readFolder(committed);
  const after = readFolder(generated);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

function readFolder(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
      }),
  );
}
