import { request } from 'node:http';
import { BidService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { afterEach, describe, expect, it } from 'vitest';
import { createHealth } from './health.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { serviceInterceptors } from './interceptors.ts';

const UPLOAD = 'bids.v1.PictureService/UploadPicture';
const PLACE_BID = 'bids.v1.BidService/PlaceBid';
const MIB = 1024 * 1024;

let server: HttpServer | undefined;
afterEach(() => server?.close());

/** A server with one upload of at most 1 MiB. It notes which methods ran, and each upload waits until `finish` is called. */
async function serve() {
  const verify = async (token: string) => (token === 'good' ? { userId: 'u1', jti: 'j1' } : undefined);
  const ran: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    health: createHealth(),
    interceptors: serviceInterceptors(verify),
    uploads: { verify, methods: { [UPLOAD]: MIB }, inMemoryBytes: 4 * MIB },
    routes: (router) =>
      router.service(BidService, { placeBid: () => ({}) }).service(
        PictureService,
        {
          async uploadPicture() {
            ran.push('upload');
            await promise;
            return {};
          },
        },
        { readMaxBytes: MIB },
      ),
  });
  return { port: server.port, ran, finish: resolve };
}

interface Sent {
  readonly method: string;
  readonly token?: string;
  /** Announced in Content-Length; without it the body is sent in chunks. */
  readonly length?: number;
  readonly body?: Uint8Array;
  /** Do not end the request after the body. */
  readonly open?: boolean;
}

function send(
  port: number,
  { method, token, length, body, open }: Sent,
): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = { 'content-type': 'application/proto' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (length !== undefined) headers['content-length'] = String(length);
  return new Promise((resolve, reject) => {
    const sent = request({ port, path: `/${method}`, method: 'POST', headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
      sent.destroy();
    });
    sent.on('error', reject);
    if (body) sent.write(body);
    else sent.flushHeaders();
    if (!open) sent.end();
  });
}

/** A message with a field 1 of `bytes` bytes. */
function message(bytes: number): Uint8Array {
  const size: number[] = [];
  for (let rest = bytes; rest > 0 || size.length === 0; rest >>>= 7)
    size.push((rest & 127) | (rest > 127 ? 128 : 0));
  return Buffer.concat([Buffer.from([10, ...size]), Buffer.alloc(bytes)]);
}

describe('the body of a request', () => {
  it.each([
    ['without a token', undefined],
    ['with an invalid token', 'bad'],
  ])('is not read when the request is an upload %s', async (_, token) => {
    const { port, ran } = await serve();
    // Nothing of the body is ever sent, so only a server that does not wait for it can answer.
    const answer = await send(port, { method: UPLOAD, ...(token && { token }), length: MIB, open: true });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('UNAUTHENTICATED');
    expect(ran).toEqual([]);
  });

  it.each([
    ['an upload', UPLOAD, MIB + 1],
    ['a bid', PLACE_BID, 256 * 1024 + 1],
  ])('is not read when it is announced as too large: %s', async (_, method, length) => {
    const { port, ran } = await serve();
    const answer = await send(port, { method, token: 'good', length, open: true });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('MALFORMED_REQUEST');
    expect(ran).toEqual([]);
  });

  it.each([
    ['an upload', UPLOAD, MIB + 1],
    ['a bid', PLACE_BID, 256 * 1024 + 1],
  ])('is answered with 413 when it turns out to be too large: %s', async (_, method, bytes) => {
    const { port, ran } = await serve();
    const answer = await send(port, { method, token: 'good', body: message(bytes) });
    expect(answer.status).toBe(413);
    expect(ran).toEqual([]);
  });

  it('is refused while too many uploads are in memory, and bids are not', async () => {
    const { port, ran, finish } = await serve();
    const upload = () => send(port, { method: UPLOAD, token: 'good', body: message(MIB - 16) });
    const uploads = Array.from({ length: 6 }, upload);
    const refused = (await Promise.race([Promise.all(uploads), firstRefused(uploads)])) as {
      status: number;
      text: string;
    };
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('"retry_after_seconds":"1"');
    const bid = Buffer.concat([message(3), Buffer.from([0x10, 0x05])]);
    expect((await send(port, { method: PLACE_BID, body: bid })).status).toBe(200);
    finish();
    const statuses = (await Promise.all(uploads)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBe(
      ran.filter((each) => each === 'upload').length,
    );
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(4);
    expect((await upload()).status).toBe(200);
  });
});

async function firstRefused(answers: Promise<{ status: number; text: string }>[]) {
  return Promise.any(
    answers.map(async (answer) => {
      const ended = await answer;
      if (ended.status === 200) throw new Error('not refused');
      return ended;
    }),
  );
}
