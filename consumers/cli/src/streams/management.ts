import { CommandFailure } from '../command-failure.ts';

/**
 * One request to the management API about the queues of the virtual host that a stream URL names.
 * @param path what follows `/api/queues/<vhost>`
 * @returns the parsed answer; undefined when it has none. Throws `unreachable`.
 */
export async function managementRequest(
  managementUrl: string,
  streamUrl: string,
  method: 'GET' | 'DELETE',
  path = '',
): Promise<unknown> {
  const url = new URL(managementUrl);
  const vhost = decodeURIComponent(new URL(streamUrl).pathname.slice(1)) || '/';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const target = `${url.protocol}//${url.host}/api/queues/${encodeURIComponent(vhost)}${path}`;
  const response = await fetch(target, {
    method,
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw new CommandFailure('unreachable', `no management API at ${url.host}`, undefined, error);
  });
  if (!response.ok) {
    throw new CommandFailure('unreachable', `the management API at ${url.host} answered ${response.status}`);
  }
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}
