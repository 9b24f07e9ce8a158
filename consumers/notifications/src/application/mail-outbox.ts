import type { MailContent } from '../domain/compose-mail.ts';

/** A mail to be sent, lent to one sender until the lease ends. */
export interface DueMail extends Omit<MailContent, 'url'> {
  readonly notificationId: string;
  readonly itemId: string;
  /** Undefined while the person's address is not known. */
  readonly recipient: { readonly email: string; readonly fullName: string } | undefined;
  /** Tries before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
}

/** What becomes of a lent mail. */
export type MailResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'given-up'; readonly error: string }
  | { readonly kind: 'later'; readonly error: string; readonly inMs: number; readonly attempts: number };

/** The mails that were written with their notifications. */
export interface MailOutbox {
  /** Lends the oldest due mails; nobody else gets them before the lease ends. */
  lend(limit: number): Promise<DueMail[]>;
  settle(notificationId: string, result: MailResult): Promise<void>;
}

/** What the mail server made of one mail. */
export type Sending =
  | { readonly kind: 'accepted' }
  /** It will never take it. */
  | { readonly kind: 'refused'; readonly error: string }
  /** It does not take it now. */
  | { readonly kind: 'deferred'; readonly error: string }
  /** Nothing was said about the mail: the server is away or does not want us. */
  | { readonly kind: 'unreachable'; readonly error: string };

export interface OutgoingMail {
  /** The same for each try, so that a mail sent twice can be known as one. */
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
}

/** Hands mails to a mail server, one at a time. Never throws. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<Sending>;
  /** Whether the server takes a connection and our name now. Tells a server that is away from a mail that it chokes on. */
  isReachable(): Promise<boolean>;
  close(): void;
}
