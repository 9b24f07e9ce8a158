/** The answer of a Connect method, in its JSON form. */
export type ConnectAnswer =
  | { readonly ok: true; readonly body: Record<string, unknown> }
  | {
      readonly ok: false;
      /** HTTP status. */
      readonly status: number;
      /** Connect code, for example `failed_precondition`; empty when the answer was not a Connect error. */
      readonly code: string;
      /** From the google.rpc.ErrorInfo detail; empty when there is none. */
      readonly reason: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly message: string;
    };

export interface ConnectCall {
  /** Access token. */
  readonly token?: string;
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One unary call as any HTTP client makes it: `POST /<package>.<Service>/<Method>` with a JSON body, int64 as strings.
 * @param method for example `bids.v1.BidService/PlaceBid`
 * @throws when no answer arrived: whether the call took effect is then unknown
 */
export async function callConnect(
  baseUrl: string,
  method: string,
  request: object,
  { token, timeoutMs = 10_000, headers = {} }: ConnectCall = {},
): Promise<ConnectAnswer> {
  const response = await fetch(`${baseUrl}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (response.ok) return { ok: true, body: asRecord(JSON.parse(text)) };
  const error = parseError(text);
  const info = errorInfo(error.details);
  return {
    ok: false,
    status: response.status,
    code: asText(error.code),
    reason: asText(info.reason),
    metadata: asRecord(info.metadata) as Record<string, string>,
    message: asText(error.message) || text,
  };
}

/** Like `callConnect`, for calls that must succeed: throws with the reason when the answer is an error. */
export async function mustCall(
  baseUrl: string,
  method: string,
  request: object,
  call: ConnectCall = {},
): Promise<Record<string, unknown>> {
  const answer = await callConnect(baseUrl, method, request, call);
  if (answer.ok) return answer.body;
  throw new Error(`${method} answered ${answer.status} ${answer.code} ${answer.reason}: ${answer.message}`);
}

function parseError(text: string): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

// Details are {type, value: base64 of the message, debug: its JSON form}; connect-node sends `debug` along.
function errorInfo(details: unknown): Record<string, unknown> {
  if (!Array.isArray(details)) return {};
  const info = details.map(asRecord).find(({ type }) => type === 'google.rpc.ErrorInfo');
  return asRecord(info?.debug);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
