import type { IncomingMessage, ServerResponse } from 'node:http';
import { toBinary, toJson } from '@bufbuild/protobuf';
import { base64Encode } from '@bufbuild/protobuf/wire';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createConnectRouter,
  createContextKey,
  type Interceptor,
} from '@connectrpc/connect';
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import { codeToString } from '@connectrpc/connect/protocol-connect';
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { nameRoute } from '@gavel/observability/http-route';
import { createLogger } from '@gavel/observability/logger';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { type CallEnd, failedCall, recordCall } from './call-duration.ts';
import { peerValues } from './client-address.ts';
import { connectError } from './failure.ts';
import {
  createBodyGuard,
  discardBody,
  MAX_REQUEST_BYTES,
  type RefusedBody,
  type Uploads,
} from './request-bodies.ts';
import { withStrictIntegers } from './strict-integers.ts';

const log = createLogger('rpc');

const arrivedKey = createContextKey(false, { description: 'a message was read' });

export interface RpcHandlerOptions {
  routes: (router: ConnectRouter) => void;
  interceptors: Interceptor[];
  uploads: Uploads;
}

/**
 * A Node request handler for Connect, gRPC-web and gRPC methods. Connect rejects requests that it cannot read (no JSON, too many
 * bytes, another media type, a number that is not in digits) before any interceptor runs. Connect clients then get the reason
 * MALFORMED_REQUEST. The body of an upload is read only when its caller has a valid token.
 */
export function createRpcHandler(options: RpcHandlerOptions) {
  const noteArrival: Interceptor = (next) => (request) => {
    request.contextValues.set(arrivedKey, true);
    return next(request);
  };
  const router = createConnectRouter({
    interceptors: [noteArrival, ...options.interceptors],
    readMaxBytes: MAX_REQUEST_BYTES,
    acceptCompression: [compressionGzip, compressionBrotli],
  });
  // JSON contains every field, also those with default values: zero bids are "0", not a missing field.
  options.routes(withStrictIntegers(router, { alwaysEmitImplicit: true }));
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  const guard = createBodyGuard(options.uploads);

  const handle = (handler: UniversalHandler, request: IncomingMessage, response: ServerResponse): void => {
    const method = handler.requestPath.slice(1);
    const startedAt = performance.now();
    const contextValues = peerValues(request.socket);
    const universal = universalRequestFromNodeRequest(request, response, undefined, contextValues);
    let over: RefusedBody | undefined;
    if (isBytes(universal.body)) {
      const { body } = universal;
      universal.body = guard.count(method, request, response, body, (refused) => (over = refused));
    }
    const answered = handler(universal).then(async (answer) => {
      if (contextValues.get(arrivedKey)) return answer;
      const refused = over ? refusal(over, answer) : await withReason(answer);
      recordCall(method, startedAt, refused.end);
      return refused.answer;
    });
    respond(answered, method, response);
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    const handler = handlers.get(request.url?.split('?', 1)[0] ?? '');
    if (!handler) {
      response.writeHead(404).end();
      return;
    }
    nameRoute(handler.requestPath);
    const method = handler.requestPath.slice(1);
    const refused = guard.refuse(method, request);
    if (refused === undefined) {
      handle(handler, request, response);
      return;
    }
    const startedAt = performance.now();
    void Promise.resolve(refused).then((why) => {
      if (why === undefined) {
        handle(handler, request, response);
        return;
      }
      const { answer, end } = refusal(why);
      recordCall(method, startedAt, end);
      respond(Promise.resolve(answer), method, response);
      discardBody(request);
    });
  };
}

function respond(answer: Promise<UniversalServerResponse>, method: string, response: ServerResponse): void {
  answer
    .then((ready) => universalResponseToNodeResponse(ready, response))
    .catch((error: unknown) => {
      // The caller disconnected.
      if (ConnectError.from(error).code === Code.Aborted) return;
      log.error({ err: error, method }, 'request failed');
      response.destroy();
    });
}

function isBytes(body: UniversalServerRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

// Statuses with a more exact meaning than 400: wrong method, wrong media type.
const KEPT = new Set([405, 415]);
// The caller disconnected or its deadline passed. The request was not malformed, and nobody reads the answer.
const GONE = ['canceled', 'aborted', 'deadline_exceeded'] as const;

function isGone(code: string): code is (typeof GONE)[number] {
  return GONE.some((each) => each === code);
}

interface Refused {
  readonly answer: UniversalServerResponse;
  readonly end: CallEnd;
}

const malformed: CallEnd = { code: 'invalid_argument', errorType: 'MALFORMED_REQUEST' };

async function withReason(answer: UniversalServerResponse): Promise<Refused> {
  if (answer.status < 400) return { answer, end: malformed };
  const body = await readAll(answer.body);
  const { code, message } = readRefusal(answer.header, body);
  if (code !== undefined && isGone(code)) {
    return { answer: { ...answer, body: once(body) }, end: { code, errorType: code } };
  }
  const error = connectError('MALFORMED_REQUEST', message ?? 'the request cannot be read');
  // Connect's own error for a body above its limit, also after decompression.
  const tooLarge = code === 'resource_exhausted';
  const status = tooLarge ? 413 : KEPT.has(answer.status) ? answer.status : 400;
  return refusal({ status, error }, answer);
}

/** The answer for a request that no interceptor has seen. */
function refusal({ status, error }: RefusedBody, answer?: UniversalServerResponse): Refused {
  const wire = toWire(error);
  const bytes = Buffer.from(JSON.stringify(wire));
  const header = new Headers(answer?.header);
  header.delete('content-encoding');
  header.set('content-type', 'application/json');
  header.set('content-length', String(bytes.byteLength));
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
  return { answer: { ...answer, status, header, body: once(bytes) }, end: failedCall(error, reason) };
}

/** Code and message of Connect's own error. Empty when the body is empty, or compressed because it is long. */
function readRefusal(header: Headers | undefined, body: Buffer): { code?: string; message?: string } {
  const isJson = header?.get('content-type')?.startsWith('application/json') === true;
  if (!isJson || body.length === 0 || header.has('content-encoding')) return {};
  return JSON.parse(body.toString()) as { code?: string; message?: string };
}

async function readAll(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function toWire(error: ConnectError): object {
  const details = error.findDetails(ErrorInfoSchema).map((info) => ({
    type: ErrorInfoSchema.typeName,
    value: base64Encode(toBinary(ErrorInfoSchema, info), 'std_raw'),
    debug: toJson(ErrorInfoSchema, info),
  }));
  return { code: codeToString(error.code), message: error.rawMessage, details };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
