import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LaunchError } from '../../launch-error.ts';
import { debianMirror } from './debian-mirror.ts';
import { namesIn } from './find-binary.ts';

/** The Debian release whose packages are unpacked into private folders. */
export const suite = 'trixie';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** How to run one program of an installation. */
export interface InstallStep {
  /** What is being installed, for error messages: `RabbitMQ 4`. */
  readonly product: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** An apt with its own sources, lists and cache. It neither reads nor changes the machine's package database. */
export interface PrivateApt {
  /** Runs apt-get. Throws `install-failed` with the end of its output. */
  run(args: readonly string[], cwd?: string): Promise<void>;
  /** Where `--download-only` puts packages. */
  readonly archives: string;
}

/**
 * Sets up a private apt in the folder `work`, with the newest package lists of `suite` from the machine's Debian mirror, verified
 * with Debian's keyring. Needs no root.
 * @throws `missing-binary` when the machine's apt sources name no Debian mirror
 */
export async function openPrivateApt(work: string, product: string): Promise<PrivateApt> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(osRelease)?.[1]?.replaceAll('"', '') ?? '';
  const mirror = /^ID=debian$/m.test(osRelease) ? debianMirror('/etc/apt', codename) : undefined;
  if (mirror === undefined || !isThere(keyring)) {
    const what = mirror === undefined ? 'no Debian mirror in the apt sources' : `no ${keyring}`;
    throw new LaunchError(
      'missing-binary',
      `${product} is not installed and cannot be downloaded: ${what}.`,
      {
        wayOut: `Install ${product}, or run it on another machine and set its GAVEL_…_URL variables.`,
      },
    );
  }
  const apt = join(work, 'apt');
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(apt, 'status'), '');
  await writeFile(join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  // The machine's apt.conf.d still applies (proxies, timeouts). Sources, state and cache are private.
  await writeFile(
    join(apt, 'apt.conf'),
    [
      `Dir::Etc::sourcelist "${apt}/sources.list";`,
      'Dir::Etc::sourceparts "/dev/null";',
      'Dir::Etc::preferences "/dev/null";',
      'Dir::Etc::preferencesparts "/dev/null";',
      `Dir::State "${apt}";`,
      `Dir::State::status "${apt}/status";`,
      `Dir::State::lists "${apt}/lists";`,
      `Dir::Cache "${apt}/cache";`,
      // As root, apt downloads as a sandbox user, who may not be allowed to write here. Without root apt uses none.
      `APT::Sandbox::User "${process.getuid?.() === 0 ? 'root' : ''}";`,
      'APT::Install-Recommends "false";',
      'Acquire::Languages "none";',
      '',
    ].join('\n'),
  );
  const env = { APT_CONFIG: join(apt, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const run = (args: readonly string[], cwd = work): Promise<void> =>
    runInstallStep('apt-get', args, { product, env, cwd });
  await run(['update']);
  return { run, archives: join(apt, 'cache/archives') };
}

/** Runs one program of an installation. Throws `install-failed` with the end of its output. */
export async function runInstallStep(
  program: string,
  args: readonly string[],
  { product, ...options }: InstallStep,
): Promise<void> {
  const result = await execa(program, args, { ...options, reject: false, all: true, stdin: 'ignore' });
  if (!result.failed) return;
  throw new LaunchError(
    'install-failed',
    `\`${program} ${args.join(' ')}\` failed during the installation of ${product}.`,
    {
      log: result.all.split('\n').slice(-20).join('\n'),
      wayOut: 'Check that this machine can reach its Debian mirror, then start again.',
    },
  );
}

function isThere(file: string): boolean {
  return namesIn(dirname(file)).includes(file.split('/').at(-1) ?? '');
}
