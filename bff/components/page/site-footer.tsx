import Link from 'next/link';
import { chooseTheme } from '../../server/actions/appearance.ts';
import type { Theme } from '../../server/theme.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

const pages = [
  ['/help', 'How bidding works'],
  ['/terms', 'Terms'],
  ['/privacy', 'Privacy'],
  ['/contact', 'Contact'],
] as const;

const themes: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: 'system', label: 'System', icon: 'half' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
];

/** Links to the pages about the house, and the choice of light or dark. */
export function SiteFooter({ theme }: { theme: Theme }) {
  return (
    <footer className="site-foot">
      <div>
        <p>Gavel. Auctions with open rules.</p>
        <ul aria-label="About Gavel">
          {pages.map(([href, label]) => (
            <li key={href}>
              <Link href={href} prefetch={false}>
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <form action={chooseTheme} aria-label="Colours" className="themes">
          {themes.map(({ value, label, icon }) => (
            <button key={value} type="submit" name="theme" value={value} aria-pressed={value === theme}>
              <Icon name={icon} />
              {label}
            </button>
          ))}
        </form>
      </div>
    </footer>
  );
}
