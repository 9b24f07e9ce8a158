import { emitKeypressEvents, type Key } from 'node:readline';

/** The keyboard and the screen of one terminal. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { setRawMode(isRaw: boolean): unknown };
  readonly stdout: NodeJS.WritableStream;
}

/** A picture that fills the terminal. */
export interface Screen {
  /** Replaces the picture. */
  draw(lines: readonly string[]): void;
  /** Puts the terminal back as it was. Does nothing the second time. */
  close(): void;
}

export interface ScreenEvents {
  /** `q` was pressed. */
  onQuit(): void;
  /** Ctrl-C was pressed: in raw mode the terminal sends no signal for it. */
  onInterrupt(): void;
  onResize(): void;
}

const ESC = '\u001b';
// The other screen of the terminal, without a cursor. The shell's lines stay on the first one.
const ENTER = `${ESC}[?1049h${ESC}[?25l${ESC}[2J`;
const LEAVE = `${ESC}[?25h${ESC}[?1049l`;
const HOME = `${ESC}[H`;
const CLEAR_LINE = `${ESC}[K`;
const CLEAR_BELOW = `${ESC}[J`;

/** Signals that would end the process while the terminal is still in raw mode. */
const ENDING = ['SIGTERM', 'SIGHUP'] as const;

/** Takes the terminal over until `close`, also if the process ends or gets a signal before. */
export function openScreen({ stdin, stdout }: TerminalStreams, events: ScreenEvents): Screen {
  let isOpen = true;
  const onKey = (_: string | undefined, key: Key): void => {
    if (key.ctrl === true && key.name === 'c') events.onInterrupt();
    else if (key.name === 'q') events.onQuit();
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdin.off('keypress', onKey);
    stdout.off('resize', events.onResize);
    process.off('exit', close);
    for (const signal of ENDING) process.off(signal, endBy);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  // Without this listener the signal ends the process.
  const endBy = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal);
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('keypress', onKey);
  stdout.on('resize', events.onResize);
  process.on('exit', close);
  for (const signal of ENDING) process.on(signal, endBy);
  stdout.write(ENTER);
  return {
    draw(lines) {
      if (!isOpen) return;
      // Lines are written over the old ones, because a cleared screen flickers.
      stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`);
    },
    close,
  };
}
