import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Email } from 'postal-mime';
import type { MailDirectory } from './mail-directory.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

// The HTML part of a mail is shown in a frame without scripts, and can load pictures only.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-src 'self'";

/** `/` lists the mails, `/mails/ID` shows one. */
export function mailPages(mails: MailDirectory): Record<string, Handler> {
  return {
    async '/mails/'(request, response) {
      const mail = await mails.find((request.url ?? '').slice('/mails/'.length));
      if (mail === undefined)
        return sendPage(response, 'No such mail', '<p><a href="/">All mails</a></p>', 404);
      const { subject = '', from, date = '', text = '', html } = mail.content;
      const sender = from?.address ?? '';
      const frame = html ? `<h2>As HTML</h2><iframe sandbox srcdoc="${escapeHtml(html)}"></iframe>` : '';
      sendPage(
        response,
        subject,
        `<p><a href="/">All mails</a></p><p>From ${escapeHtml(sender)} to ${escapeHtml(recipients(mail.content))}, ${escapeHtml(date)}</p>
        <pre>${withLinks(text)}</pre>${frame}`,
      );
    },
    // A path that ends with a slash stands for all paths below it, so the shortest one is the last.
    async '/'(_, response) {
      const rows = (await mails.list()).map(({ id, content }) => {
        const cells = [content.date ?? '', recipients(content), content.subject ?? ''].map(escapeHtml);
        return `<tr><td>${cells[0]}</td><td>${cells[1]}</td><td><a href="/mails/${id}">${cells[2]}</a></td></tr>`;
      });
      const table = `<table><tr><th>Sent</th><th>To</th><th>Subject</th></tr>${rows.join('')}</table>`;
      const empty = '<p>No mails yet. Reload this page to see new ones.</p>';
      sendPage(response, 'Mails', rows.length === 0 ? empty : table);
    },
  };
}

function recipients({ to = [] }: Email): string {
  return to.map(({ address }) => address ?? '').join(', ');
}

function withLinks(text: string): string {
  return escapeHtml(text).replaceAll(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

function sendPage(response: ServerResponse, title: string, body: string, status = 200): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title>
    <style>body{font:1rem system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}
    td,th{text-align:left;padding:.3rem .8rem .3rem 0}pre{white-space:pre-wrap;font:inherit}iframe{width:100%;height:30rem}</style>
    <h1>${escapeHtml(title)}</h1>${body}`);
}
