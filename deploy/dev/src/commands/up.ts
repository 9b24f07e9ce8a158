import { spawn } from 'node:child_process';
import { access, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessName, processesFor } from '@gavel/processes';
import { type DevConfig, environment, readDevConfig } from '../config.ts';
import { chooseProvider } from '../infrastructure/choose-provider.ts';
import { requireFreePorts, usedPorts } from '../infrastructure/native/server-ports.ts';
import { LaunchError } from '../launch-error.ts';
import { holdLock } from '../process-control/hold-lock.ts';
import { isAlive } from '../process-control/process-table.ts';
import { lastLines } from '../process-control/server-process.ts';
import { projectRoot } from '../project-root.ts';
import { rpcCaller } from '../seed/rpc.ts';
import { seedDemo } from '../seed/seed-demo.ts';
import { httpUrl } from '../system/system-context.ts';
import { readServerUrls, readState, type SystemState, stillRuns } from '../system/system-files.ts';
import { healthOf, supervised } from './health.ts';
import { stopSystem } from './stop-system.ts';
import { summary } from './summary.ts';
import { runCommand, timed } from './terminal.ts';

const began = performance.now();
const say = (text: string) => console.log(timed(began, text));

await runCommand(async () => {
  const config = readDevConfig(environment);
  await mkdir(config.directory, { recursive: true, mode: 0o755 });
  const release = await holdLock(join(config.directory, 'up.lock'), 'another `make up` is running', say);
  try {
    const running = await readState(config.directory);
    if (!supervised(running) || (await isEnding(running))) await startFresh(config);
    else if (running.phase === 'starting') await watchStart(config, running.supervisor.pid);
    else await verifyRunning(config, running);
  } finally {
    await release();
  }
});

/** Whether the system is being stopped. Waits until it is. */
async function isEnding({ phase, supervisor }: SystemState): Promise<boolean> {
  if (phase === 'starting' || phase === 'running') return false;
  say('waiting until the running system has stopped');
  while (stillRuns(supervisor)) await delay(100);
  return true;
}

async function startFresh(config: DevConfig): Promise<void> {
  const ports = [
    ...processesFor(config).map(({ name }) => ({ name, port: config.processPorts[name] })),
    ...Object.entries(config.monitoring ?? {}).map(([name, port]) => ({ name, port })),
    ...Object.entries(config.mail ? config.mailPorts : {}).map(([name, port]) => ({ name, port })),
  ];
  // Servers that others run listen where they are.
  const native = chooseProvider(environment).provider.name === 'native';
  await requireFreePorts([...ports, ...(native ? usedPorts(config.forcedServerPorts, config.nats) : [])]);
  await watchStart(config, await startSupervisor(config));
}

/** Shows the progress of a start, then fills the demo catalogue and prints all URLs. */
async function watchStart(config: DevConfig, pid: number): Promise<void> {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
    say('interrupted; stopping everything that was started');
    process.kill(pid, 'SIGTERM');
  });
  const running = await follow(config, pid, () => interrupted);
  try {
    await seedOnce(config, running);
  } catch (error) {
    say('the demo catalogue could not be filled; stopping everything that was started');
    await stopSystem(config.directory, say);
    throw error;
  }
  console.log(summary(running));
}

/** Starts the supervisor in its own session, so that it keeps running after this command. Returns its pid. */
async function startSupervisor(config: DevConfig): Promise<number> {
  await mkdir(join(config.directory, 'logs'), { recursive: true, mode: 0o755 });
  const log = await open(join(config.directory, 'logs/supervisor.log'), 'a', 0o644);
  const child = spawn(process.execPath, [join(projectRoot, 'deploy/dev/src/system/supervisor.ts')], {
    cwd: projectRoot,
    env: environment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  await log.close();
  if (child.pid === undefined) throw new Error('the supervisor could not be started');
  return child.pid;
}

/** Prints the lines of the supervisor until everything runs, and returns the state then. Throws the supervisor's failure. */
async function follow(config: DevConfig, pid: number, interrupted: () => boolean): Promise<SystemState> {
  let printed = 0;
  for (;;) {
    const state = await readState(config.directory);
    const own = state?.supervisor.pid === pid ? state : undefined;
    for (const line of own?.lines.slice(printed) ?? []) say(line.text);
    printed = own?.lines.length ?? printed;
    if (own?.phase === 'running') return own;
    const gone = own === undefined ? !isAlive(pid) : !supervised(own);
    if (own?.phase === 'failed' || gone) throw await failureOf(config, own, interrupted());
    await delay(100);
  }
}

async function failureOf(
  config: DevConfig,
  state: SystemState | undefined,
  interrupted: boolean,
): Promise<LaunchError> {
  const remains = 'Everything that this run started was stopped again.';
  if (interrupted)
    return new LaunchError('command-failed', `Interrupted. ${remains}`, { wayOut: 'Run `make up` again.' });
  if (state?.phase === 'stopping' || state?.phase === 'stopped')
    return new LaunchError('command-failed', `Another command stopped this start. ${remains}`, {
      wayOut: 'Run `make up` again.',
    });
  if (state?.failure) {
    const { message, wayOut, log } = state.failure;
    return new LaunchError('command-failed', `${message} ${remains}`, {
      wayOut,
      ...(log === null ? {} : { log }),
    });
  }
  const log = join(config.directory, 'logs/supervisor.log');
  return new LaunchError('server-died', 'The supervisor ended without an error message.', {
    log: await lastLines(log),
    wayOut: `Run \`make up\` again. The whole log is ${log}.`,
  });
}

/** For a repeated `make up`: starts nothing, waits up to 30 s until every process is healthy, and else names the unhealthy ones. */
async function verifyRunning(config: DevConfig, state: SystemState): Promise<void> {
  say(`already running (supervisor ${state.supervisor.pid})`);
  const deadline = Date.now() + 30_000;
  for (;;) {
    const now = await readState(config.directory);
    const kept = now?.kept ?? [];
    const serverUrls = await readServerUrls(config.directory);
    const checks = await Promise.all(
      kept.map(async (each) => ({ each, health: await healthOf(each, serverUrls) })),
    );
    const unhealthy = checks.filter(({ health }) => health !== 'healthy');
    if (unhealthy.length === 0 && now?.phase === 'running') break;
    const stopped = unhealthy.filter(({ each }) => each.state === 'stopped');
    // Who stopped a process by its name starts it again: that is not worth a wait.
    if (Date.now() > deadline || (stopped.length > 0 && stopped.length === unhealthy.length)) {
      const [first] = unhealthy;
      throw new LaunchError(
        'server-not-ready',
        `Gavel is running, but ${unhealthy.map(({ each, health }) => `${each.name} is ${health}`).join(', ')}.`,
        {
          log: first === undefined ? '' : await lastLines(first.each.logFile),
          wayOut:
            'Everything else keeps running. `make logs NAME=…` shows more, `make restart NAME=…` restarts one process, `make down && make up` everything.',
        },
      );
    }
    await delay(500);
  }
  say('every process is healthy');
  if (config.nats && !state.kept.some(({ name }) => name === 'nats-bridge'))
    say('it runs without NATS; `make down && make up NATS=1` starts it with NATS and the bridge');
  if (config.monitoring !== undefined && !state.kept.some(({ name }) => name === 'prometheus'))
    say(
      'it runs without Prometheus; `make down && make up OBSERVE=1` starts it with Prometheus and Alertmanager',
    );
  await seedOnce(config, state);
  console.log(summary(state));
}

/** Fills the demo catalogue, once per data folder. */
async function seedOnce(config: DevConfig, { kept }: SystemState): Promise<void> {
  const marker = join(config.directory, 'seeded');
  const seeded = await access(marker).then(
    () => true,
    () => false,
  );
  if (seeded) return;
  const call = (name: ProcessName) =>
    rpcCaller(kept.find((each) => each.name === name)?.url ?? httpUrl(config.processPorts[name]));
  const result = await seedDemo(call('auth'), call('bids')).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LaunchError('command-failed', `The demo catalogue could not be filled: ${why}`, {
      wayOut: 'See `make logs NAME=bids`. `make up` tries again.',
      cause,
    });
  });
  await writeFile(marker, `${new Date().toISOString()}\n`);
  say(`demo catalogue: ${result.items} auctions, ${result.bids} bids`);
}
