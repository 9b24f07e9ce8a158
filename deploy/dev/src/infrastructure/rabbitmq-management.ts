import type { InfrastructureUrls } from './infrastructure.ts';

/**
 * One call of RabbitMQ's management API.
 * @param managementUrl `http://user:pass@host:port`
 * @returns the parsed JSON body, or undefined when there is none
 * @throws when the server does not answer within `timeoutMs` (default: 5 s) or answers with a status outside 2xx
 */
export async function managementRequest(
  managementUrl: string,
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  timeoutMs = 5_000,
): Promise<unknown> {
  const url = new URL(managementUrl);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const response = await fetch(`${url.protocol}//${url.host}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`RabbitMQ management API: ${method} ${path} answered ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * Creates a vhost in which the management user may do everything. Does nothing when it exists.
 * @returns the same URLs, with the vhost in those of AMQP and streams
 */
export async function createVhost(urls: InfrastructureUrls, vhost: string): Promise<InfrastructureUrls> {
  const name = encodeURIComponent(vhost);
  const user = encodeURIComponent(decodeURIComponent(new URL(urls.managementUrl).username));
  await managementRequest(urls.managementUrl, 'PUT', `/api/vhosts/${name}`, {});
  await managementRequest(urls.managementUrl, 'PUT', `/api/permissions/${name}/${user}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  return { ...urls, amqpUrl: withPath(urls.amqpUrl, name), streamUrl: withPath(urls.streamUrl, name) };
}

/** Removes a vhost with everything in it. */
export async function deleteVhost(managementUrl: string, vhost: string): Promise<void> {
  await managementRequest(managementUrl, 'DELETE', `/api/vhosts/${encodeURIComponent(vhost)}`);
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = `/${path}`;
  return changed.href;
}
