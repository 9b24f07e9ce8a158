/**
 * `make sbom`: writes the software bill of materials of what running Gavel needs, in CycloneDX, and a list of the packages with their
 * licences, into the folder `sbom`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { runCommand } from './terminal.ts';

const licence = z.union([
  z.object({ license: z.object({ id: z.string().optional(), name: z.string().optional() }) }),
  z.object({ expression: z.string() }),
]);
const bill = z.object({
  components: z.array(
    z.object({ 'bom-ref': z.string(), version: z.string(), licenses: z.array(licence).default([]) }),
  ),
});

/** Lines `package@version: licence` of a CycloneDX document, by package. Gavel's own packages are left out. */
export function listLicences(document: unknown): string[] {
  return bill
    .parse(document)
    .components.filter((component) => !component['bom-ref'].startsWith('@gavel/'))
    .map(({ 'bom-ref': name, licenses }) => `${name}: ${licenses.map(nameOf).join(', ') || 'none named'}`)
    .sort();
}

function nameOf(entry: z.output<typeof licence>): string {
  if ('expression' in entry) return entry.expression;
  return entry.license.id ?? entry.license.name ?? 'none named';
}

async function writeBill(root: string): Promise<void> {
  const options = ['--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const { stdout } = await execa('npm', ['sbom', ...options], { cwd: root });
  const licences = listLicences(JSON.parse(stdout));
  const folder = join(root, 'sbom');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'gavel.cdx.json'), `${stdout}\n`);
  await writeFile(join(folder, 'licences.txt'), `${licences.join('\n')}\n`);
  console.log(`${licences.length} packages: sbom/gavel.cdx.json and sbom/licences.txt`);
}

if (import.meta.main) await runCommand(() => writeBill(resolve(import.meta.dirname, '../../../..')));
