import { startLoop } from '@gavel/resilience';
import { type Interruptions, type MailSenderOptions, sendDueMails } from './application/send-due-mails.ts';

/** The longest delay between two attempts to reach the mail server. */
const LONGEST_DELAY_MS = 60_000;

export interface MailStatus {
  readonly state: 'sending' | 'retrying' | 'stopped';
  readonly problem?: string;
}

/** Sends the mails of the outbox until it is stopped. */
export interface MailSender {
  status(): MailStatus;
  /** Finishes the current mail, then closes the connection. */
  stop(): Promise<void>;
}

/** Starts to send immediately. While the server or the database is unavailable, it retries with growing delays. */
export function startMailSender(options: MailSenderOptions): MailSender {
  const { transport, pollMs } = options;
  const interruptions: Interruptions = new Map();
  let state: MailStatus['state'] = 'sending';
  let problem: string | undefined;

  const sendOnce = async (stopping: AbortSignal): Promise<number> => {
    try {
      const { mails, unreachable } = await sendDueMails(options, interruptions, stopping);
      if (unreachable !== undefined) throw new Error(`the mail server is unavailable: ${unreachable}`);
      problem = undefined;
      return mails > 0 ? 0 : pollMs;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
  const loop = startLoop('mail', sendOnce, { firstMs: pollMs * 2, maxMs: LONGEST_DELAY_MS });
  return {
    status() {
      if (state === 'stopped' || problem === undefined) return { state };
      return { state: 'retrying', problem };
    },
    async stop() {
      state = 'stopped';
      await loop.stop();
      transport.close();
    },
  };
}
