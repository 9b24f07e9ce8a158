/** Where servers can come from. `docker` is reserved: it is refused until the project has compose files. */
export type ProviderName = 'native' | 'external' | 'docker';

/** The URLs of the servers. Each contains its credentials; the path names the default database or vhost. */
export interface InfrastructureUrls {
  /** Superuser, or a role that may create databases and roles; database `postgres`. */
  readonly postgresUrl: string;
  /** AMQP 0-9-1, vhost `/` (written `%2F`). */
  readonly amqpUrl: string;
  /** `rabbitmq-stream://user:pass@host:port/%2F` */
  readonly streamUrl: string;
  /** `http://user:pass@host:port`, the management API without a path. */
  readonly managementUrl: string;
  readonly redisUrl: string;
  /** Set when the system runs with NATS. */
  readonly natsUrl?: string;
}

/** The servers that every Gavel needs. */
export type CoreServerName = 'postgres' | 'rabbitmq' | 'redis';

/** NATS is optional. */
export type ServerName = CoreServerName | 'nats';

export type ServerHandles = Readonly<
  Record<CoreServerName, ServerHandle> & Partial<Record<'nats', ServerHandle>>
>;

/** How a server process ended. `expected` is true after `stop` or `kill`. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly expected: boolean;
}

/**
 * One server that this process started. Its port and data stay the same after any number of stops, kills and starts, so
 * clients can reconnect to the same URL.
 */
export interface ServerHandle {
  readonly name: ServerName;
  /** Pid of the server (for RabbitMQ of the Erlang machine), or null while it is not running. */
  readonly pid: number | null;
  /** The port for clients. */
  readonly port: number;
  /** Every port on which the server listens. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  readonly logFile: string;
  /** Starts the server with the same data and ports. Resolves when it answers. Does nothing when it is running. */
  start(): Promise<void>;
  /** Stops the server gracefully. Resolves when the process has ended. Does nothing when it is not running. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Resolves when the running process ends, for whatever reason. */
  exited(): Promise<ServerExit>;
}

export interface Infrastructure {
  readonly provider: ProviderName;
  readonly urls: InfrastructureUrls;
  /** Undefined for external servers: Gavel never stops or kills those. */
  readonly servers: ServerHandles | undefined;
  /** Stops the servers that this provider started, and no others. */
  stop(): Promise<void>;
}

export interface InfrastructureOptions {
  /** Absolute path of the folder for data, logs, ports and passwords of the servers. */
  readonly directory: string;
  /** Used when free; otherwise another free port is chosen. */
  readonly preferredPorts?: Partial<Record<PortName, number>>;
  /** It is an error when one of these is busy. */
  readonly forcedPorts?: Partial<Record<PortName, number>>;
  /** With false, tests are faster, and a power failure may lose data; a kill -9 does not. Default: true. */
  readonly fsync?: boolean;
  /** Also start a NATS server with JetStream. Default: false. */
  readonly nats?: boolean;
  /** An abort before `start` resolves stops the servers, and `start` rejects. A later abort has no effect. */
  readonly signal?: AbortSignal;
  /** Receives one line per step: what is installed, started or waited for. */
  readonly report?: (line: string) => void;
}

export type PortName =
  | 'postgres'
  | 'redis'
  | 'amqp'
  | 'stream'
  | 'management'
  | 'prometheus'
  | 'epmd'
  | 'distribution'
  | 'nats';

/** Provides Postgres, RabbitMQ 4, Redis and, when asked for, NATS to the launcher and the tests. */
export interface InfrastructureProvider {
  readonly name: ProviderName;
  /** Installs missing programs when it may, and starts all servers. Resolves when each of them answers. */
  start(options: InfrastructureOptions): Promise<Infrastructure>;
}
