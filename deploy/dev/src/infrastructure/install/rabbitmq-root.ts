import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { holdLock } from '../../process-control/hold-lock.ts';
import { isExecutable, namesIn } from './find-binary.ts';
import { openPrivateApt, runInstallStep, suite } from './private-apt.ts';

const product = 'RabbitMQ 4';
const format = 1;

/** The programs that one RabbitMQ start runs, in absolute paths. */
export interface RabbitmqBinaries {
  /** The `rabbitmq-server` script that execs the Erlang machine. */
  readonly server: string;
  /** The folder with `erl`, put first on PATH. */
  readonly erlangFolder: string;
  readonly epmd: string;
}

/** An installed RabbitMQ 4 or newer (Debian 13), which is then used instead of a private one. */
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
 * RabbitMQ 4 unpacked into a private folder, which touches nothing of the system: a private apt configuration
 * downloads Debian 13's packages from the machine's own mirror, verified with Debian's own keyring, and `dpkg -x`
 * unpacks them. Erlang there needs a newer libc than Debian 12's, so each of its programs is started through that
 * folder's own dynamic loader: this works for root and for anybody else, and needs no chroot.
 * @param cache the folder that holds (or will hold) `rabbitmq-root`; may be shared by several checkouts
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
  // An empty dpkg status makes apt fetch everything down to libc. Only Erlang, RabbitMQ and libraries run from here.
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
  // The packaged `erl` looks for itself in /usr/lib/erlang; this one looks beside itself.
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
