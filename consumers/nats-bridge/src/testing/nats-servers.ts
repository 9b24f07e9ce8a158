import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInfrastructureConfig } from '@gavel/dev/infrastructure/infrastructure-config';
import { ensureNatsBinary } from '@gavel/dev/infrastructure/install/nats-binary';
import { serverPath } from '@gavel/dev/infrastructure/native/server-context';
import { usableCache } from '@gavel/dev/infrastructure/native/server-home';
import { ServerProcess } from '@gavel/dev/process-control/server-process';
import { freePort } from '@gavel/service-runtime/testing/free-port';

/** NATS servers with configurations that the launcher does not use: certificates, accounts, a cluster. */
export interface NatsServers {
  /** `127.0.0.1:port` of each. */
  readonly hosts: readonly string[];
  /** Writes a file that is removed with the servers; returns its path. */
  keepFile(name: string, content: string | Uint8Array): Promise<string>;
  /** Starts one server per configuration, each with JetStream. */
  start(...configurations: readonly string[]): Promise<void>;
  kill(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param count number of servers. Their ports are chosen before they start, so that configurations can name them. */
export async function prepareNatsServers(count: number): Promise<NatsServers> {
  const directory = await mkdtemp(join(tmpdir(), 'gavel-nats-'));
  const cache = await usableCache(readInfrastructureConfig(process.env).GAVEL_CACHE, undefined);
  const binary = await ensureNatsBinary(serverPath, cache, () => undefined);
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  const servers: ServerProcess[] = [];
  const keepFile = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  return {
    hosts: ports.map((port) => `127.0.0.1:${port}`),
    keepFile,
    async start(...configurations) {
      for (const [i, configuration] of configurations.entries()) {
        const home = join(directory, `server-${i}`);
        await mkdir(home);
        const file = await keepFile(
          `server-${i}.conf`,
          `server_name: n${i}\nhost: 127.0.0.1\nport: ${ports[i]}\njetstream { store_dir: "${home}" }\n${configuration}\n`,
        );
        const server = new ServerProcess({
          name: `NATS ${i}`,
          command: [binary, '--config', file],
          env: { PATH: serverPath, HOME: home },
          cwd: home,
          logFile: join(directory, `server-${i}.log`),
          runAs: undefined,
          stopSignal: 'SIGTERM',
          stopTimeoutMs: 10_000,
        });
        server.spawn();
        servers.push(server);
      }
      for (const [i, server] of servers.entries())
        await server.waitUntil(() => answers(ports[i] ?? 0), 20_000);
    },
    async kill(index) {
      await servers[index]?.kill();
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.on('error', () => finish(false));
    socket.once('data', (greeting) => finish(greeting.toString().startsWith('INFO ')));
  });
}
