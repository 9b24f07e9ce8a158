import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '@gavel/dev/infrastructure/install/apt-packages';
import { execa } from 'execa';

const model = join(import.meta.dirname, 'backbone.pml');
const DEEPEST = '1000000';
/** Bits of the first hash table. With these the search does not have to enlarge it often. */
const TABLE_BITS = '24';

export interface ModelResult {
  /** The violated assertion and the steps that lead to it; undefined when every run keeps all assertions. */
  readonly counterexample: { readonly assertion: string; readonly steps: string } | undefined;
  readonly states: number;
  readonly seconds: number;
}

/** Installs spin and a C compiler when they are missing. Throws with the command when this user may not. */
export async function ensureSpin(report: (line: string) => void): Promise<void> {
  const present = await Promise.all(
    ['spin', 'gcc'].map((program) => execa('which', [program], { reject: false })),
  );
  if (present.some(({ failed }) => failed)) await installPackages(['spin', 'gcc', 'libc6-dev'], report);
}

/**
 * Searches every run of the model.
 * @param define a planted bug, or undefined for the model of Gavel as it is
 * @param faults the most faults in one run
 * @throws when spin or the compiler fails, or when the search did not cover every run
 */
export async function checkModel(define: string | undefined, faults: number): Promise<ModelResult> {
  const directory = await mkdtemp(join(tmpdir(), 'gavel-model-'));
  const defines = [`-DFAULTS=${faults}`, ...(define === undefined ? [] : [`-D${define}`])];
  const began = performance.now();
  try {
    await execa('spin', ['-a', ...defines, model], { cwd: directory });
    await execa('gcc', ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'], { cwd: directory });
    const { stdout } = await execa(join(directory, 'pan'), [`-m${DEEPEST}`, '-E', `-w${TABLE_BITS}`], {
      cwd: directory,
      reject: false,
    });
    const states = Number(/(\d+) states, stored/.exec(stdout)?.[1] ?? Number.NaN);
    const errors = Number(/errors: (\d+)/.exec(stdout)?.[1] ?? Number.NaN);
    const seconds = (performance.now() - began) / 1000;
    if (Number.isNaN(states) || Number.isNaN(errors) || /max search depth too small/.test(stdout)) {
      throw new Error(`the search was not complete:\n${stdout}`);
    }
    if (errors === 0) return { counterexample: undefined, states, seconds };
    const assertion = /pan:\d+: (.*) \(at depth/.exec(stdout)?.[1] ?? stdout;
    const trail = await execa('spin', ['-t', '-p', ...defines, model], {
      cwd: directory,
      env: { LC_ALL: 'C' },
      reject: false,
    });
    return { counterexample: { assertion, steps: trail.stdout }, states, seconds };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
