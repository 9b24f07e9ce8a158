import { join } from 'node:path';
import type { Runnable } from '../process-control/keeper.ts';
import { nodeProcess } from '../process-control/node-process.ts';
import { projectRoot } from '../project-root.ts';
import { baseEnvironment } from './process-environment.ts';
import { httpUrl } from './system-context.ts';

export interface MailCatcherOptions {
  /** The system's data folder; mails are stored in it. */
  readonly directory: string;
  readonly ports: { readonly mail: number; readonly smtp: number };
  readonly env: NodeJS.ProcessEnv;
}

/** The mail server of `make up`. It delivers nothing, and shows every mail on its page. */
export function mailCatcher({ directory, ports, env }: MailCatcherOptions): Runnable {
  const url = httpUrl(ports.mail);
  return nodeProcess({
    name: 'mail',
    entry: 'deploy/dev/src/mail-catcher/main.ts',
    cwd: projectRoot,
    env: {
      ...baseEnvironment(env),
      PORT: String(ports.mail),
      SMTP_PORT: String(ports.smtp),
      MAIL_DIRECTORY: join(directory, 'mails'),
      NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
    },
    logFile: join(directory, 'logs', 'mail.log'),
    readyUrl: `${url}/readyz`,
    addresses: { page: { url, readyUrl: `${url}/readyz` }, ports: { smtp: ports.smtp } },
  });
}
