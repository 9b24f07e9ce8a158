import 'server-only';
import { liveEvent } from '../../model/price-update.ts';
import type { LiveMessage } from './live-pages.ts';

/** Less than a minute: many proxies close a connection that is silent for that long. */
const HEARTBEAT_MS = 15_000;
/** A reader that is this many messages behind is disconnected: it has disconnected, or it can connect again. */
const MOST_UNREAD = 64;

export interface EventStream {
  response: Response;
  send: (message: LiveMessage) => void;
}

/**
 * A response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). It ends when one of
 * the signals aborts, when the reader disconnects, or when the reader falls too far behind. `onEnd` runs exactly once.
 */
export function openEventStream(signals: readonly AbortSignal[], onEnd: () => void): EventStream {
  const encoder = new TextEncoder();
  const over = AbortSignal.any([...signals]);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const end = (close: boolean): void => {
    const open = controller;
    if (!open) return;
    controller = undefined;
    clearInterval(heartbeat);
    over.removeEventListener('abort', onAbort);
    if (close) open.close();
    onEnd();
  };
  const onAbort = (): void => end(true);
  const write = (text: string): void => {
    if (!controller) return;
    if ((controller.desiredSize ?? 0) < -MOST_UNREAD) end(true);
    else controller.enqueue(encoder.encode(text));
  };

  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      heartbeat = setInterval(() => write(': here\n\n'), HEARTBEAT_MS);
      over.addEventListener('abort', onAbort, { once: true });
      write('retry: 2000\n\n');
      if (over.aborted) end(true);
    },
    cancel: () => end(false),
  });
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  return { response: new Response(body, { headers }), send: (message) => write(textOf(message)) };
}

function textOf(message: LiveMessage): string {
  const data = message.kind === 'price' ? JSON.stringify(message.update) : '{}';
  return `event: ${liveEvent[message.kind]}\ndata: ${data}\n\n`;
}
