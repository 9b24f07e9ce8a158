import 'server-only';

/** A page that hears nothing for some heartbeats asks for changes instead. Many proxies close a silent connection after a minute. */
const HEARTBEAT_MS = 5_000;
/** A reader that is this many messages behind is disconnected: it has disconnected, or it can connect again. */
const MOST_UNREAD = 64;

export interface EventStream {
  response: Response;
  /** Sends one message: the value as JSON. */
  send: (message: object) => void;
}

interface EventStreamOptions {
  /** Each of them ends the stream. */
  signals: readonly AbortSignal[];
  /** The message that is sent at the start and every 5 seconds. */
  heartbeat: () => object;
  /** Runs exactly once. */
  onEnd: () => void;
}

/**
 * A response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). It ends when one of
 * the signals aborts, when the reader disconnects, or when the reader falls too far behind.
 */
export function openEventStream({ signals, heartbeat, onEnd }: EventStreamOptions): EventStream {
  const encoder = new TextEncoder();
  const over = AbortSignal.any([...signals]);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let beating: NodeJS.Timeout | undefined;

  const end = (close: boolean): void => {
    const open = controller;
    if (!open) return;
    controller = undefined;
    clearInterval(beating);
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
  const send = (message: object): void => write(`data: ${JSON.stringify(message)}\n\n`);

  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      beating = setInterval(() => send(heartbeat()), HEARTBEAT_MS);
      over.addEventListener('abort', onAbort, { once: true });
      write('retry: 2000\n\n');
      send(heartbeat());
      if (over.aborted) end(true);
    },
    cancel: () => end(false),
  });
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  return { response: new Response(body, { headers }), send };
}
