import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portCandidates, requireFreePorts, usedPorts } from './server-ports.ts';

const firstOf = (pid: number, count: number) => [...portCandidates(pid).take(count)];

describe('the ports that a launcher tries', () => {
  it('begin with a range that differs between launchers that start at about the same time', () => {
    const ports = Array.from({ length: 100 }, (_, i) => firstOf(4_242 + i, 24)).flat();
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('continue when the range is used up, and stay below the ports of outgoing connections', () => {
    for (const pid of [1, 499, 500, 4_194_304]) {
      for (const port of firstOf(pid, 200)) {
        expect(port).toBeGreaterThanOrEqual(20_000);
        expect(port).toBeLessThan(32_000);
      }
    }
  });
});

describe('the check for busy ports', () => {
  const listen = async (): Promise<{ server: Server; port: number }> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, port: (server.address() as AddressInfo).port };
  };

  it('names all of them at once, each with the variable that changes it', async () => {
    const busy = await Promise.all([listen(), listen()]);
    const [first = 0, second = 0] = busy.map(({ port }) => port);
    const ports = [
      { name: 'bids', port: first },
      { name: 'postgres', port: second },
    ];
    const failure = await requireFreePorts(ports).catch((error: unknown) => error);
    await Promise.all(busy.map(({ server }) => new Promise((resolve) => server.close(resolve))));
    expect(failure).toMatchObject({
      code: 'port-busy',
      message: expect.stringMatching(
        new RegExp(`Port ${first} for bids is held by .*\\n.*Port ${second} for postgres is held by`),
      ),
      wayOut: expect.stringMatching(/GAVEL_PORT_BASE.*GAVEL_PORT_BIDS=\d+ GAVEL_PORT_POSTGRES=\d+ /),
    });
  });

  it('names two processes that have the same port', async () => {
    const { server, port } = await listen();
    await new Promise((resolve) => server.close(resolve));
    const ports = ['auth', 'bids'].map((name) => ({ name, port }));
    await expect(requireFreePorts(ports)).rejects.toThrow(`Port ${port} for bids is also the port for auth.`);
  });

  it('does not include the port of NATS when NATS does not run', () => {
    expect(usedPorts({ redis: 1, nats: 2 }, false)).toEqual([{ name: 'redis', port: 1 }]);
    expect(usedPorts({ redis: 1, nats: 2 }, true)).toHaveLength(2);
  });
});
