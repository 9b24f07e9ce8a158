import { pause, startLoop } from '@gavel/resilience';
import type { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { createSession, type Session } from '../connections/session.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';
import { drawTop, formatTop, titleOf } from '../top/draw-top.ts';
import { askProcesses } from '../top/process-answers.ts';
import { openScreen } from '../top/screen.ts';
import { knownProcesses, type Snapshot, takeSnapshot } from '../top/take-snapshot.ts';

/** From one picture to the next, and between the two samples of a rate. */
const PERIOD_MS = 1_000;

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Shows the system live, once a second: accepted bids and refused ones by reason, the processes that do not answer, the lag of
each group, each outbox, dead letters and what the auditor has found. q or Ctrl-C leaves.

Groups and outboxes are read as by \`groups ls\` and \`outbox status\`. Bids, ACTIVE (the relays that say that they publish the
outbox) and findings come from the /metrics of the processes, whose addresses are in PROCESS_URLS. A value that nobody told is \`-\`.

With --once, with --json, and without a terminal it prints everything once, after two samples a second apart. It does not judge:
the exit code is 0 whatever it shows, or 5 if a server did not answer; \`gavel check\` is made for monitors.`,
    )
    .option('--once', 'print everything once, without colours')
    .addHelpText(
      'after',
      examples(
        ['gavel top', 'watch the system'],
        ['gavel top --once', 'print it once, as text'],
        ["gavel top --once --json | jq '.bids.acceptedPerSecond'", 'for a script'],
      ),
    )
    .action(({ once }: { once?: boolean }, command: Command) =>
      run(command, async (context) => {
        const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
        if (once === true || context.output.json || !isTerminal) await printOnce(context);
        else await showLive(context);
      }),
    );
}

async function printOnce({ session, output, interrupted }: CommandContext): Promise<void> {
  const addresses = knownProcesses(session);
  const before = await askProcesses(addresses);
  await pause(addresses.length === 0 ? 0 : PERIOD_MS, interrupted);
  const { snapshot, failure } = await takeSnapshot(session, addresses, before);
  output.answer(snapshot, formatTop(snapshot));
  if (failure !== undefined) throw failure;
}

async function showLive({ session, interrupted }: CommandContext): Promise<void> {
  const quit = new AbortController();
  const left = AbortSignal.any([quit.signal, interrupted]);
  const { stdin, stdout } = process;
  let latest: Snapshot | undefined;
  const draw = (): void => screen.draw(picture(latest));
  const screen = openScreen(
    { stdin, stdout },
    {
      onQuit: () => quit.abort(),
      // The same as Ctrl-C in other commands, so the exit code is the same too.
      onInterrupt: () => process.kill(process.pid, 'SIGINT'),
      onResize: draw,
    },
  );
  // At once, and not when the servers have answered.
  left.addEventListener('abort', () => screen.close());
  // While a server does not answer, the title says for how long.
  const redrawing = startLoop('top', () => {
    draw();
    return Promise.resolve(PERIOD_MS);
  });
  try {
    for await (const snapshot of snapshots(session, left)) {
      latest = snapshot;
      draw();
    }
  } finally {
    screen.close();
    await redrawing.stop();
  }
}

/** One snapshot a second, until `left` is aborted. Throws if an address is unknown or wrong: that does not change while it runs. */
async function* snapshots(session: Session, left: AbortSignal): AsyncGenerator<Snapshot> {
  const addresses = knownProcesses(session);
  let before: Parameters<typeof takeSnapshot>[2] = [];
  let connections = createSession(session);
  try {
    while (!left.aborted) {
      const began = performance.now();
      const { snapshot, answers, failure } = await takeSnapshot(connections, addresses, before);
      if (failure instanceof CommandFailure) throw failure;
      yield snapshot;
      before = answers;
      if (failure !== undefined) {
        // A connection that was lost stays lost, so the next try begins with new ones.
        await connections.close();
        connections = createSession(session);
      }
      await pause(Math.max(0, PERIOD_MS - (performance.now() - began)), left);
    }
  } finally {
    await connections.close();
  }
}

function picture(snapshot: Snapshot | undefined): string[] {
  // A terminal that does not know its size says 0.
  const [columns, rows] = [process.stdout.columns || 80, process.stdout.rows || 24];
  const title = titleOf(snapshot?.at, new Date()).slice(0, columns);
  if (snapshot === undefined) return [title];
  // `hasColors` also looks at NO_COLOR.
  const canvas = { columns, rows: Math.max(1, rows - 2), colours: process.stdout.hasColors() };
  return [title, '', ...drawTop(snapshot, canvas)];
}
