import { readFileSync } from 'node:fs';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

const TIMEOUT_MS = 5_000;
/** A server that says nothing is given up after two of these. */
const PING_MS = 4_000;

/** What a connection needs beside the URL; all PEM but the first. Read anew each time, so that they can be replaced. */
export interface NatsFiles {
  /** A `.creds` file: the user's JWT and seed. */
  readonly credentialsFile?: string | undefined;
  /** Who signed the server's certificate, unless that is a public authority. */
  readonly caFile?: string | undefined;
  /** The client's own certificate and its key, where the server asks for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * Connects to `nats://user:pass@host:port`, `nats://token@host:port` or `tls://…`, or to the first that answers of several with
 * commas between them (credentials in the first). Without reconnecting: what was in flight when a connection broke is in doubt, and
 * a new session finds out. `name` is shown by the server. Rejects within 5 s a server.
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
    ...signIn(urls[0]),
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

function signIn(url: URL | undefined): { user?: string; pass?: string; token?: string } {
  if (url === undefined || url.username === '') return {};
  const name = decodeURIComponent(url.username);
  return url.password === '' ? { token: name } : { user: name, pass: decodeURIComponent(url.password) };
}
