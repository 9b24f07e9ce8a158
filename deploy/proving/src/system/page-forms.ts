/** Names and values of the hidden inputs in the form with this label. Throws when the page has no such form. */
export function hiddenFields(page: string, label: string): [string, string][] {
  const form = new RegExp(`<form[^>]*aria-label="${label}"[^>]*>.*?</form>`, 's').exec(page)?.[0];
  if (form === undefined) throw new Error(`the page has no form "${label}": ${problemsOf(page)}`);
  return [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
    attribute(input, 'name'),
    attribute(input, 'value'),
  ]);
}

/** The sentences that the page shows as problems: of the page, of a form and of its fields. */
export function problemsOf(page: string): string {
  const alerts = [...page.matchAll(/<(\w+)[^>]*(?:role="alert"|id="[\w-]*-problem")[^>]*>(.*?)<\/\1>/gs)];
  return alerts
    .map(([, , text]) => (text ?? '').replaceAll(/<[^>]*>/g, '').trim())
    .filter(Boolean)
    .join(' ');
}

function attribute(tag: string, name: string): string {
  const entities: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>', '#x27': "'" };
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll(/&(quot|amp|lt|gt|#x27);/g, (_, entity: string) => entities[entity] ?? '');
}
