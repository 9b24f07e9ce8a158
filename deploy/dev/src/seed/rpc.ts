/** An RPC that answered with an error. `code` is its Connect code, such as `already_exists`. */
export class RpcFailure extends Error {
  readonly code: string;

  constructor(method: string, code: string, message: string) {
    super(`${method}: ${code}: ${message}`);
    this.name = 'RpcFailure';
    this.code = code;
  }
}

/** Calls a unary RPC like any HTTP client: a POST with a JSON body and the caller's access token. Throws `RpcFailure` when it fails. */
export type Call = (method: string, body: object, accessToken?: string) => Promise<unknown>;

/** @param baseUrl URL of the service, for example `http://127.0.0.1:4002` */
export function rpcCaller(baseUrl: string): Call {
  return async (method, body, accessToken) => {
    const response = await fetch(`${baseUrl}/${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const failure = answer as { code?: string; message?: string };
    throw new RpcFailure(method, failure.code ?? String(response.status), failure.message ?? '');
  };
}
