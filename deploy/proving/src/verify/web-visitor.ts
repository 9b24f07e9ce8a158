import { hiddenFields, problemsOf } from '../system/page-forms.ts';

const ANSWER_MS = 30_000;

/** A person with cookies of their own, who uses the web app as a browser without script does. */
export interface WebVisitor {
  /** The page at this path. Throws when the answer is not a success, or takes longer than half a minute. */
  read(path: string): Promise<string>;
  /**
   * Fills in and sends the form with this label of the page at this path.
   * @returns where the answer leads to; undefined when it is the page again
   * @throws with the sentences that the page shows as problems
   */
  submit(path: string, label: string, fields: Readonly<Record<string, string>>): Promise<string | undefined>;
  /** Listens to the live stream at this path. */
  listen(path: string): Promise<LiveStream>;
}

export interface LiveStream {
  /** Resolves when the stream has said this text since it was opened. Rejects at the signal, and when the stream ends before. */
  says(text: string, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** @param baseUrl the public address of the web app, without a path */
export function createWebVisitor(baseUrl: string): WebVisitor {
  const { origin } = new URL(baseUrl);
  const cookies = new Map<string, string>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(origin + path, {
      signal: AbortSignal.timeout(ANSWER_MS),
      ...init,
      headers: { origin, cookie },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const read = async (path: string): Promise<string> => {
    const response = await ask(path);
    const page = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return page;
  };
  return {
    read,
    async submit(path, label, fields) {
      const form = new FormData();
      for (const [name, value] of hiddenFields(await read(path), label)) form.set(name, value);
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      const response = await ask(path, { method: 'POST', body: form });
      const page = await response.text();
      if (response.status === 303) return response.headers.get('location') ?? '/';
      if (!response.ok) throw new Error(`the form "${label}" answered ${response.status}`);
      const refused = problemsOf(page);
      if (refused !== '') throw new Error(`the form "${label}" says: ${refused}`);
      return undefined;
    },
    async listen(path) {
      const ending = new AbortController();
      const response = await ask(path, { signal: ending.signal });
      if (!response.ok || response.body === null) throw new Error(`${path} answered ${response.status}`);
      return liveStream(response.body.pipeThrough(new TextDecoderStream()), ending);
    },
  };
}

function liveStream(chunks: ReadableStream<string>, ending: AbortController): LiveStream {
  let heard = '';
  const reader = chunks.getReader();
  return {
    async says(text, signal) {
      const onAbort = () => ending.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        while (!heard.includes(text)) {
          const { value, done } = await reader.read();
          if (done) throw new Error('the live stream ended');
          heard += value;
        }
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    close: () => ending.abort(),
  };
}
