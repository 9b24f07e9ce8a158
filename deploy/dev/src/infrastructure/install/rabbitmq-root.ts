import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { holdLock } from '../../process-control/hold-lock.ts';
import { isExecutable, namesIn } from './find-binary.ts';
import { openPrivateApt, runInstallStep, suite } from './private-apt.ts';

const product = 'RabbitMQ 4';
const format = 1;

/** Absolute paths of the programs that a start of RabbitMQ runs. */
export interface RabbitmqBinaries {
  /** The `rabbitmq-server` script, which execs the Erlang machine. */
  readonly server: string;
  /** The folder with `erl`. It must be first on PATH. */
  readonly erlangFolder: string;
  readonly epmd: string;
}

/** An installed RabbitMQ 4 or newer (Debian 13 has one), or undefined. */
export function installedRabbitmq(): RabbitmqBinaries | undefined {
  const version = namesIn('/usr/lib/rabbitmq/lib')
    .map((name) => Number(/^rabbitmq_server-(\d+)\./.exec(name)?.[1]))
    .find((major) => major >= 4);
  const binaries = {
    server: '/usr/lib/rabbitmq/bin/rabbitmq-server',
    erlangFolder: '/usr/bin',
    epmd: '/usr/bin/epmd',
  };
  const complete =
    isExecutable(binaries.server) && isExecutable('/usr/bin/erl') && isExecutable(binaries.epmd);
  return version !== undefined && complete ? binaries : undefined;
}

/**
 * Unpacks RabbitMQ 4 into the private folder `rabbitmq-root`, without changing the system. A private apt downloads Debian 13's
 * packages, and `dpkg -x` unpacks them. Their Erlang needs a newer libc than Debian 12 has, so each of its programs is started
 * through the dynamic loader in that folder. This needs neither root nor a chroot.
 * @param cache the folder for `rabbitmq-root`; several checkouts may share it
 */
export async function ensureRabbitmqRoot(
  cache: string,
  report: (line: string) => void,
): Promise<RabbitmqBinaries> {
  const root = join(cache, 'rabbitmq-root');
  if (await isComplete(root)) return binariesIn(root);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const release = await holdLock(
    join(cache, 'rabbitmq-root.lock'),
    'another launcher is unpacking RabbitMQ',
    report,
  );
  try {
    if (await isComplete(root)) return binariesIn(root);
    const work = await mkdtemp(join(cache, 'rabbitmq-unpack-'));
    try {
      await build(work, report);
      await rm(root, { recursive: true, force: true });
      await rename(join(work, 'root'), root);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return binariesIn(root);
  } finally {
    await release();
  }
}

async function isComplete(root: string): Promise<boolean> {
  const text = await readFile(join(root, 'gavel-root.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { format?: number }).format === format;
}

function binariesIn(root: string): RabbitmqBinaries {
  const erlangFolder = join(root, 'usr/lib/erlang/bin');
  return {
    server: join(root, 'usr/lib/rabbitmq/bin/rabbitmq-server'),
    erlangFolder,
    epmd: join(ertsFolder(root), 'epmd'),
  };
}

function ertsFolder(root: string): string {
  const erlang = join(root, 'usr/lib/erlang');
  const erts = namesIn(erlang).find((name) => name.startsWith('erts-'));
  if (erts === undefined) throw new Error(`no Erlang runtime under ${erlang}`);
  return join(erlang, erts, 'bin');
}

async function build(work: string, report: (line: string) => void): Promise<void> {
  report(`downloading RabbitMQ 4 and Erlang 27 (Debian ${suite}, about 60 MB) into a private folder`);
  const archives = await download(work);
  report('unpacking RabbitMQ');
  const root = join(work, 'root');
  await mkdir(root, { mode: 0o755 });
  for (const archive of archives) await runInstallStep('dpkg', ['-x', archive, root], { product });
  await useOwnLoader(root);
  await runInstallStep('chmod', ['-R', 'a+rX', root], { product });
  await writeFile(join(root, 'gavel-root.json'), `${JSON.stringify({ format, suite })}\n`);
}

async function download(work: string): Promise<string[]> {
  const apt = await openPrivateApt(work, product);
  await apt.run(['install', '--download-only', '-y', 'rabbitmq-server']);
  // The private apt sees no installed package, so it downloads all dependencies. Only these three kinds are needed.
  return (await readdir(apt.archives))
    .filter((name) => /^(erlang|rabbitmq|lib).*\.deb$/.test(name))
    .map((name) => join(apt.archives, name));
}

async function useOwnLoader(root: string): Promise<void> {
  const bin = ertsFolder(root);
  const libraries = namesIn(join(root, 'usr/lib')).find((name) => /-linux-gnu/.test(name));
  const loader = namesIn(join(root, 'usr/lib', libraries ?? '')).find((name) =>
    /^ld-linux.*\.so\.\d+$/.test(name),
  );
  if (libraries === undefined || loader === undefined)
    throw new Error(`no dynamic loader under ${root}/usr/lib`);
  const monitor = namesIn(join(root, 'usr/lib/erlang/lib')).find((name) => name.startsWith('os_mon-'));
  const programs = ['beam.smp', 'erlexec', 'erl_child_setup', 'inet_gethost', 'epmd'].map((name) =>
    join(bin, name),
  );
  if (monitor !== undefined) {
    const folder = join(root, 'usr/lib/erlang/lib', monitor, 'priv/bin');
    programs.push(...namesIn(folder).map((name) => join(folder, name)));
  }
  for (const program of programs) {
    const up = relative(dirname(program), join(root, 'usr/lib', libraries));
    const wrapper = [
      '#!/bin/sh',
      'here=$(dirname "$0")',
      `lib="$here/${up}"`,
      `exec "$lib/${loader}" --library-path "$lib" --argv0 "$0" "$here/$(basename "$0").elf" "$@"`,
      '',
    ];
    await rename(program, `${program}.elf`);
    await writeFile(program, wrapper.join('\n'));
    await chmod(program, 0o755);
  }
  // The packaged `erl` expects Erlang in /usr/lib/erlang. This one finds it in its own folder.
  const erl = [
    '#!/bin/sh',
    'ROOTDIR=$(cd "$(dirname "$0")/.." && pwd)',
    `BINDIR="$ROOTDIR/$(basename "$(dirname "$(ls -d "$ROOTDIR"/erts-*/bin)")")/bin"`,
    'EMU=beam',
    'PROGNAME=erl',
    'export ROOTDIR BINDIR EMU PROGNAME',
    'exec "$BINDIR/erlexec" "$@"',
    '',
  ].join('\n');
  await rm(join(root, 'usr/lib/erlang/bin/erl'));
  await writeFile(join(root, 'usr/lib/erlang/bin/erl'), erl);
  await chmod(join(root, 'usr/lib/erlang/bin/erl'), 0o755);
}
