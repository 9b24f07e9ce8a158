import { randomUUID } from 'node:crypto';

/** A response of the service in Connect's JSON form. */
export interface Answer {
  status: number;
  body: Record<string, string>;
  /** The reason of an error, and its metadata. */
  reason: string | undefined;
  metadata: Record<string, string> | undefined;
}

export interface Account {
  email: string;
  password: string;
  userId: string;
}

/** Calls the service with JSON, without generated code. */
export interface AuthClient {
  url: string;
  call(method: string, request: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Registers a new user. */
  signUp(details?: Record<string, string>): Promise<Account>;
  /** Signs in and returns the tokens. Throws when that fails. */
  signIn(account: Account): Promise<{ accessToken: string; refreshToken: string; expiresAt: string }>;
  refresh(refreshToken: string): Promise<Answer>;
}

export function createAuthClient(url: string): AuthClient {
  const call: AuthClient['call'] = async (method, request, headers = {}) => {
    const response = await fetch(`${url}/auth.v1.AuthService/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request),
    });
    const body = (await response.json()) as Record<string, string> & { details?: Detail[] };
    const detail = body.details?.find((each) => each.type === 'google.rpc.ErrorInfo')?.debug;
    return { status: response.status, body, reason: detail?.reason, metadata: detail?.metadata };
  };
  return {
    url,
    call,
    async signUp(details = {}) {
      const account = { email: newEmail(), password: `pass-${randomUUID()}` };
      const answer = await call('Register', { ...account, fullName: 'Ann Lee', ...details });
      return { ...account, ...details, userId: must(answer, 'userId') };
    },
    async signIn({ email, password }) {
      const answer = await call('Login', { email, password });
      return {
        accessToken: must(answer, 'accessToken'),
        refreshToken: must(answer, 'refreshToken'),
        expiresAt: must(answer, 'expiresAt'),
      };
    },
    refresh: (refreshToken) => call('Refresh', { refreshToken }),
  };
}

/** An unused e-mail address. */
export function newEmail(): string {
  return `ann-${randomUUID()}@example.com`;
}

/** A random IPv4 address of the block for benchmarks, so that probably no other test counts under it. */
export function newAddress(): string {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
  return `198.18.${a}.${b}`;
}

export function bearer(accessToken: string): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` };
}

interface Detail {
  type: string;
  debug?: { reason: string; metadata?: Record<string, string> };
}

function must(answer: Answer, field: string): string {
  const value = answer.body[field];
  if (answer.status !== 200 || value === undefined) throw new Error(`no ${field}: ${JSON.stringify(answer)}`);
  return value;
}
