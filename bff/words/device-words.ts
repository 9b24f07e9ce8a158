import Bowser from 'bowser';

/** A browser and its system, as people name them: "Firefox on Linux". */
export function deviceText(userAgent: string): string {
  if (userAgent === '') return 'Unknown device';
  const { browser, os } = Bowser.parse(userAgent);
  if (!browser.name) return 'Unknown device';
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}
