'use client';

import { errorText } from '../words/error-text.ts';

/** Shown when the layout around the pages failed. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <h1>Something went wrong</h1>
        <p>{errorText(error.digest)} Please reload the page in a moment.</p>
      </body>
    </html>
  );
}
