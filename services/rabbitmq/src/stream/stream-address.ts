/** Address and credentials of a stream connection. */
export interface StreamAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Reads `rabbitmq-stream://user:pass@host:port/vhost` (or `rabbitmq-stream+tls://`). Throws a TypeError for anything else. */
export function parseStreamUrl(text: string): StreamAddress {
  const url = new URL(text);
  const tls = url.protocol === 'rabbitmq-stream+tls:';
  if (!tls && url.protocol !== 'rabbitmq-stream:') throw new TypeError(`not a stream URL: ${url.protocol}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: url.port === '' ? (tls ? 5551 : 5552) : Number(url.port),
    tls,
    user: decodeURIComponent(url.username) || 'guest',
    password: decodeURIComponent(url.password) || 'guest',
    vhost: decodeURIComponent(url.pathname.slice(1)) || '/',
  };
}
