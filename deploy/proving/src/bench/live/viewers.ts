import { connect, type Socket } from 'node:net';

/** What a browser sends, so that the request is as large as a real one. */
const request = (path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Accept: text/event-stream',
    'Accept-Language: en-GB,en;q=0.9',
    'Cache-Control: no-cache',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Sec-Fetch-Site: same-origin',
    '',
    '',
  ].join('\r\n');

const AT_ONCE = 64;
/** The longest that a message is waited for. */
const PATIENCE_MS = 10_000;

/** Open streams of one auction. They do nothing but look for the bid that is waited for. */
export interface Viewers {
  /** Resolves with the moment (`performance.now()`) at which the last viewer has seen this number of bids. */
  seen(bidCount: number): Promise<number>;
  close(): void;
}

/** Opens streams as browsers do; resolves when each has got its first message. */
export async function openViewers(url: string, itemId: string, count: number): Promise<Viewers> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  let wanted = '';
  let missing = 0;
  let done: () => void = () => undefined;

  const openOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(request(`/live?items=${itemId}`)));
      sockets.push(socket);
      let rest = '';
      let found = '';
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('a stream was closed')));
      socket.on('data', (bytes: Buffer) => {
        const text = rest + bytes.toString('latin1');
        if (text.startsWith('HTTP/1.1') && !text.startsWith('HTTP/1.1 200'))
          return reject(new Error(text.slice(0, 40)));
        if (text.includes('data: ')) resolve();
        // A message may be cut between two reads.
        rest = text.endsWith('\n\n') ? '' : text.slice(-1024);
        if (wanted === '' || found === wanted || !text.includes(wanted)) return;
        found = wanted;
        missing--;
        if (missing === 0) done();
      });
    });

  let opened = 0;
  const open = async (): Promise<void> => {
    while (opened < count) {
      opened++;
      await openOne();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  return {
    seen: (bidCount) =>
      new Promise((resolve, reject) => {
        wanted = `"bidCount":${bidCount}}`;
        missing = count;
        const late = setTimeout(
          () => reject(new Error(`${missing} of ${count} viewers never saw bid ${bidCount}`)),
          PATIENCE_MS,
        );
        done = () => {
          clearTimeout(late);
          resolve(performance.now());
        };
      }),
    close() {
      for (const socket of sockets) socket.removeAllListeners('close').destroy();
    },
  };
}
