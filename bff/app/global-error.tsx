'use client';

/** Stands when even the frame around the pages failed. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <h1>Something went wrong</h1>
        <p>It has been recorded{error.digest && ` as ${error.digest}`}. Reload the page in a moment.</p>
      </body>
    </html>
  );
}
