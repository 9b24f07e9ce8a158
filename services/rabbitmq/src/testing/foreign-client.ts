import { type Client, connect } from 'rabbitmq-stream-js-client';

/** Connects the public stream client, which shares no code with this package. */
export function connectForeignClient(streamUrl: string): Promise<Client> {
  const url = new URL(streamUrl);
  return connect({
    hostname: url.hostname,
    port: Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    vhost: decodeURIComponent(url.pathname.slice(1)),
  });
}
