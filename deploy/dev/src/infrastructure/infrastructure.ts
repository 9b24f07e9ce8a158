/** The providers of the design. `docker` has its seat here and arrives with the compose files. */
export type ProviderName = 'native' | 'external' | 'docker';

/** Where the servers answer. Every URL carries its credentials; paths name the default database and vhost. */
export interface InfrastructureUrls {
  /** Superuser (or database creator), database `postgres`. */
  readonly postgresUrl: string;
  /** AMQP 0-9-1, vhost `/` (written `%2F`). */
  readonly amqpUrl: string;
  /** `rabbitmq-stream://user:pass@host:port/%2F` */
  readonly streamUrl: string;
  /** `http://user:pass@host:port`, the management API without a path. */
  readonly managementUrl: string;
  readonly redisUrl: string;
  /** Only when NATS was asked for. */
  readonly natsUrl?: string;
}

/** The servers that every Gavel needs. */
export type CoreServerName = 'postgres' | 'rabbitmq' | 'redis';

/** NATS is there only when it was asked for. */
export type ServerName = CoreServerName | 'nats';

export type ServerHandles = Readonly<
  Record<CoreServerName, ServerHandle> & Partial<Record<'nats', ServerHandle>>
>;

/** How a server process ended; `expected` when `stop` or `kill` asked for it. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly expected: boolean;
}

/**
 * One server that this process started. Ports and data stay the same over any number of stops, kills and starts,
 * so clients can come back to the same URL.
 */
export interface ServerHandle {
  readonly name: ServerName;
  /** The server's own process (for RabbitMQ the Erlang machine), or null while it is down. */
  readonly pid: number | null;
  readonly port: number;
  readonly logFile: string;
  /** Starts on the same data and ports, and resolves when the server answers. Harmless when it runs. */
  start(): Promise<void>;
  /** Ends cleanly, and resolves when the process is gone. Harmless when it is down. */
  stop(): Promise<void>;
  /** SIGKILL, without warning, and resolves when the process is gone. */
  kill(): Promise<void>;
  /** Resolves when the running process ends, however it ends. */
  exited(): Promise<ServerExit>;
}

export interface Infrastructure {
  readonly provider: ProviderName;
  readonly urls: InfrastructureUrls;
  /** Absent when the servers belong to somebody else (`external`): those are never stopped or killed. */
  readonly servers: ServerHandles | undefined;
  /** Stops everything this provider started, and nothing else. */
  stop(): Promise<void>;
}

export interface InfrastructureOptions {
  /** Absolute path; data, logs, ports and passwords of the servers live under it. */
  readonly directory: string;
  /** Wanted ports; another free one is taken when one of them is busy. Without them free ports are chosen. */
  readonly preferredPorts?: Partial<Record<PortName, number>>;
  /** Ports that must be had: busy is an error. */
  readonly forcedPorts?: Partial<Record<PortName, number>>;
  /** False trades safety against power loss (not against kill -9) for faster tests. Default true. */
  readonly fsync?: boolean;
  /** Also a NATS server with JetStream; none unless asked for. */
  readonly nats?: boolean;
  /** Gives the start up: servers that are starting are stopped, and the start is rejected. */
  readonly signal?: AbortSignal;
  /** Told one line per step: what is being installed, started, waited for. */
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

/** What `deploy/dev` and the tests ask for "Postgres, RabbitMQ 4, Redis (and NATS)". */
export interface InfrastructureProvider {
  readonly name: ProviderName;
  /** Installs what is missing where it may, starts all servers and resolves when each of them answers. */
  start(options: InfrastructureOptions): Promise<Infrastructure>;
}
