// The process that decodes what strangers upload. It has no secret, no connection and no environment; its parent limits its memory
// and its time. It gets bytes and answers with `encodePicture`'s outcome, one picture after the other.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { encodePicture } from './encode-picture.ts';

const NOBODY = 65_534;
// A tenth of the processor time of a process with ordinary priority, when both want it.
const LOW_PRIORITY = 10;

export type EncoderAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'outcome'; readonly outcome: Awaited<ReturnType<typeof encodePicture>> }
  | { readonly kind: 'failed'; readonly message: string };

if (import.meta.main) {
  setPriority(LOW_PRIORITY);
  // Linux ends this process first when the machine has no memory left.
  if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');
  // All code is loaded by now, so it no longer matters which files nobody may read.
  if (process.getuid?.() === 0) becomeNobody();
  process.on('disconnect', () => process.exit());
  process.on('message', (bytes: Uint8Array) => void encodePicture(bytes).then(answerOutcome, answerFailure));
  answer({ kind: 'ready' });
}

function answerOutcome(outcome: Awaited<ReturnType<typeof encodePicture>>): void {
  answer({ kind: 'outcome', outcome });
}

function answerFailure(error: unknown): void {
  answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function answer(message: EncoderAnswer): void {
  process.send?.(message);
}

function becomeNobody(): void {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
