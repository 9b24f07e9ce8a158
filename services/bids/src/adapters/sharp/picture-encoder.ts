import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@gavel/observability/logger';
import { TimeoutError, withTimeout } from '@gavel/resilience';
import type { Outcome } from '@gavel/service-runtime/failure';
import pLimit from 'p-limit';
import type { EncodedPicture, PictureEncoder, PictureProblem } from '../../application/ports.ts';
import type { EncoderAnswer } from './encoder-process.ts';

const log = createLogger('pictures');

const PROGRAM = fileURLToPath(new URL('./encoder-process.ts', import.meta.url));

export interface EncoderLimits {
  /** For one picture. The largest ones take 1 to 3 s. */
  readonly encodeMs: number;
  /**
   * For the pictures: what the process may take besides Node's own memory. Measured: 50 million pixels need up to 256 MiB, AVIF with
   * 25 million pixels up to 512 MiB.
   */
  readonly memoryMiB: number;
  /** Pictures that wait while one is encoded. The next one is answered with RATE_LIMITED. */
  readonly waiting: number;
}

export const encoderLimits: EncoderLimits = { encodeMs: 10_000, memoryMiB: 640, waiting: 8 };

// V8 reserves 512 MiB of addresses for code, which the limit counts, and hardly uses them. Measured before the first picture:
// 590 MiB of writable addresses, 80 MiB of memory.
const NODE_MIB = 600;
const START_MS = 30_000;
const RETRY_SECONDS = 5;

type Encoded = Outcome<readonly EncodedPicture[], PictureProblem>;

/**
 * Encodes pictures in a process of its own with a low priority, so that uploads take neither memory nor much processor time from bids.
 * The process starts with the first picture. A picture that exceeds the limits ends it, and the next picture starts another one.
 */
export function createPictureEncoder(limits = encoderLimits): PictureEncoder & { stop(): Promise<void> } {
  const oneByOne = pLimit(1);
  let current: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    const child = current;
    current = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  const encodeNow = async (bytes: Uint8Array): Promise<Encoded> => {
    if (current?.connected !== true) current = await startProcess(limits.memoryMiB);
    const child = current;
    try {
      const answer = await withTimeout('picture', limits.encodeMs, ask(child, bytes));
      if (answer.kind === 'outcome') return answer.outcome;
      throw new Error(
        `the picture encoder failed: ${answer.kind === 'failed' ? answer.message : answer.kind}`,
      );
    } catch (error) {
      await end();
      if (!(error instanceof TimeoutError || error instanceof EncoderEnded)) throw error;
      log.warn({ err: error, bytes: bytes.byteLength }, 'picture exceeded the limits of its encoder');
      return {
        ok: false,
        reason: 'PICTURE_UNREADABLE',
        message: 'decoding the picture takes too much time or memory',
      };
    }
  };

  return {
    async encode(bytes) {
      if (oneByOne.activeCount + oneByOne.pendingCount > limits.waiting) return busy;
      return oneByOne(encodeNow, bytes);
    },
    stop: end,
  };
}

const busy: Encoded = {
  ok: false,
  reason: 'RATE_LIMITED',
  message: `too many pictures are being encoded; try again in ${RETRY_SECONDS} s`,
  metadata: { retry_after_seconds: String(RETRY_SECONDS) },
};

class EncoderEnded extends Error {
  override readonly name = 'EncoderEnded';
}

async function startProcess(memoryMiB: number): Promise<ChildProcess> {
  // Node has no way to limit a child's memory; the shell does, and becomes the child.
  const limited = `ulimit -d ${(NODE_MIB + memoryMiB) * 1024}; exec "$0" "$@"`;
  const options = ['--max-old-space-size=64', '--max-semi-space-size=4'];
  const child = spawn('/bin/sh', ['-c', limited, process.execPath, ...options, PROGRAM], {
    // Nothing of this process's environment, which has the secrets.
    env: { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const first = await withTimeout('start of the picture encoder', START_MS, nextAnswer(child));
  if (first.kind !== 'ready') throw new Error(`the picture encoder began with ${first.kind}`);
  // An idle encoder keeps nobody alive.
  child.unref();
  child.channel?.unref();
  return child;
}

async function ask(child: ChildProcess, bytes: Uint8Array): Promise<EncoderAnswer> {
  const answer = nextAnswer(child);
  child.send(bytes);
  return answer;
}

/** The next message. Throws EncoderEnded when the process ends first. */
function nextAnswer(child: ChildProcess): Promise<EncoderAnswer> {
  return new Promise((resolve, reject) => {
    const forget = (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
    };
    const onMessage = (message: unknown): void => {
      forget();
      resolve(message as EncoderAnswer);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      forget();
      reject(new EncoderEnded(`the picture encoder ended with ${signal ?? `code ${code}`}`));
    };
    const onError = (error: Error): void => {
      forget();
      reject(error);
    };
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}
