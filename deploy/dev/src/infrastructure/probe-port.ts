import { connect } from 'node:net';

const PROBE_TIMEOUT_MS = 2_000;

/** Whether a server accepts connections on the loopback port within 2 s. */
export function acceptsConnections(port: number): Promise<boolean> {
  return probe(port, (finish, socket) => socket.once('connect', () => finish(true)));
}

/**
 * Whether a server on the loopback port answers as expected within 2 s.
 * @param request sent when the connection is open; empty for a protocol in which the server sends first
 * @param judge receives the whole answer so far: true or false is the result, undefined waits for more
 */
export function answersOnPort(
  port: number,
  request: string,
  judge: (answer: string) => boolean | undefined,
): Promise<boolean> {
  return probe(port, (finish, socket) => {
    let answer = '';
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      const result = judge(answer);
      if (result !== undefined) finish(result);
    });
  });
}

function probe(
  port: number,
  listen: (finish: (result: boolean) => void, socket: ReturnType<typeof connect>) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    listen(finish, socket);
  });
}
