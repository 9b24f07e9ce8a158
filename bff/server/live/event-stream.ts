import 'server-only';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Viewer } from './live-channel.ts';

/** A reader that leaves this much unread is disconnected: it is gone, or it comes back and gets what it missed. */
const MOST_UNREAD_BYTES = 64 * 1024;
const RECONNECT_MS = 2_000;

/**
 * Turns a response into a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). `onEnd`
 * runs exactly once, when the reader has disconnected, when it fell too far behind, or after `end`.
 */
export function openEventStream(
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
  onEnd: () => void,
): Viewer {
  // The end of the connection ends the body. Chunks would wrap each message again for each reader.
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  response.once('close', onEnd);
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  return {
    write(frame) {
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
      else if (!response.writableEnded) response.write(frame);
    },
    end: () => void response.end(),
  };
}
