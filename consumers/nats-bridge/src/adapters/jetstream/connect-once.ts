import { readFileSync } from 'node:fs';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

const TIMEOUT_MS = 5_000;
/** A server that is silent for two of these intervals counts as lost. */
const PING_MS = 4_000;

/**
 * Paths of files that a connection needs in addition to the URL. All but the first are PEM files. They are read for
 * each connection.
 */
export interface NatsFiles {
  /** A `.creds` file: the user's JWT and seed. */
  readonly credentialsFile?: string | undefined;
  /** The authority that signed the server's certificate; default: the public authorities. */
  readonly caFile?: string | undefined;
  /** The client's own certificate and its key, if the server asks for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * Connects to `nats://user:pass@host:port`, `nats://token@host:port` or `tls://…`. Of several URLs, separated by commas, with
 * credentials in the first, it connects to the first that answers. It does not reconnect: whether messages in flight were
 * stored is unknown then, and a new session finds out. The server shows `name`. Rejects within 5 s per server.
 */
export async function connectOnce(
  text: string,
  name: string,
  files: NatsFiles = {},
): Promise<NatsConnection> {
  const { credentialsFile, caFile, certFile, keyFile } = files;
  const urls = text.split(',').map((each) => new URL(each.trim()));
  const isEncrypted =
    caFile !== undefined || certFile !== undefined || urls.some(({ protocol }) => protocol === 'tls:');
  return connect({
    servers: urls.map(({ host }) => host),
    name,
    reconnect: false,
    timeout: TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ...credentialsOf(urls[0]),
    ...(credentialsFile !== undefined && {
      authenticator: credsAuthenticator(readFileSync(credentialsFile)),
    }),
    ...(isEncrypted && {
      tls: {
        ...(caFile !== undefined && { caFile }),
        ...(certFile !== undefined && { certFile }),
        ...(keyFile !== undefined && { keyFile }),
      },
    }),
  });
}

function credentialsOf(url: URL | undefined): { user?: string; pass?: string; token?: string } {
  if (url === undefined || url.username === '') return {};
  const name = decodeURIComponent(url.username);
  return url.password === '' ? { token: name } : { user: name, pass: decodeURIComponent(url.password) };
}
