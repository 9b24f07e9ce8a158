import { SingleBar } from 'cli-progress';
import { type Cell, formatTable } from './table.ts';

/** Writes answers to stdout, as tables for people or as JSON for programs. Progress and remarks go to stderr. */
export interface Output {
  readonly json: boolean;
  /** The whole answer of a command: `value` for programs, `text` for people. */
  answer(value: unknown, text: string): void;
  /** One of many answers: a JSON line for programs, `text` for people. */
  item(value: unknown, text: string): void;
  /** A line for people, on stderr. */
  remark(text: string): void;
  /** A progress bar on stderr. Does nothing if stderr is not a terminal. */
  progress(what: string, total: number): Progress;
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export function createOutput(json: boolean, { stdout, stderr }: OutputStreams): Output {
  return {
    json,
    answer: (value, text) => void stdout.write(`${json ? toJson(value, 2) : text}\n`),
    item: (value, text) => void stdout.write(`${json ? toJson(value) : text}\n`),
    remark: (text) => void stderr.write(`${text}\n`),
    progress(what, total) {
      if (!stderr.isTTY || total <= 0) return { update: () => undefined, stop: () => undefined };
      const bar = new SingleBar({
        stream: stderr,
        format: `${what} [{bar}] {percentage}% | {value}/{total} | {eta_formatted}`,
        clearOnComplete: true,
      });
      bar.start(total, 0);
      return { update: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() };
    },
  };
}

/** JSON in which a bigint becomes a number if that is exact, otherwise a string. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, each: unknown) =>
      typeof each === 'bigint' ? (Number.isSafeInteger(Number(each)) ? Number(each) : String(each)) : each,
    indent,
  );
}

/** A table below a title, or `otherwise` if it has no rows. */
export function section(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  otherwise: string,
): string {
  return `${title}\n${rows.length === 0 ? otherwise : formatTable(headings, rows)}`;
}
