/** What is known about an unexpected error. Only an error of the server has a digest, and only such an error is recorded. */
export function errorText(digest: string | undefined): string {
  if (digest) return `We have recorded the problem (reference ${digest}).`;
  return 'This page could not be shown in your browser, perhaps because the connection was lost. The problem was not recorded.';
}
