import pg from 'pg';
import type { PortName, ServerName } from './infrastructure.ts';
import { answersOnPort } from './probe-port.ts';
import { managementRequest } from './rabbitmq-management.ts';

// Whether a server works: each one is asked something that only a working server answers. The kernel accepts connections also
// for a server that is stopped or stuck, so an open port says nothing.

const ANSWER_MS = 2_000;

/** Where a server is asked. */
export interface ServerAddress {
  /** With credentials. RabbitMQ: the URL of its management API. */
  readonly url: string;
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
}

const probes: Readonly<Record<ServerName, (address: ServerAddress) => Promise<boolean>>> = {
  postgres: ({ url }) => answersQuery(url),
  rabbitmq: listens,
  redis: ({ url }) => answersPing(url),
  nats: ({ url }) => greets(url),
};

/** Whether a server answers a question within 2 seconds. Never throws. */
export function serverAnswers(name: ServerName, address: ServerAddress): Promise<boolean> {
  return probes[name](address);
}

async function answersQuery(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  // A server that ends during the connect also emits an error event. The rejection below carries the same error.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** RabbitMQ itself looks whether it listens on its ports. */
async function listens({ url, ports: { amqp, stream } }: ServerAddress): Promise<boolean> {
  try {
    for (const port of [amqp, stream]) {
      const path = `/api/health/checks/port-listener/${port}`;
      await managementRequest(url, 'GET', path, undefined, ANSWER_MS);
    }
    return true;
  } catch {
    return false;
  }
}

/** Sends one PING. While Redis loads its file it answers -LOADING, so it is not ready yet. */
function answersPing(url: string): Promise<boolean> {
  const { port, password } = new URL(url);
  return answersOnPort(Number(port), `AUTH ${decodeURIComponent(password)}\r\nPING\r\n`, (answer) =>
    answer.split('\r\n').length > 2 ? answer.includes('+PONG') : undefined,
  );
}

/** A NATS server sends first: one line, which also says whether JetStream is available. */
function greets(url: string): Promise<boolean> {
  return answersOnPort(Number(new URL(url).port), '', (answer) =>
    answer.includes('\r\n') ? /^INFO .*"jetstream":true/.test(answer) : undefined,
  );
}
