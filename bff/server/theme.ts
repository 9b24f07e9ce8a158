import 'server-only';
import { cookies } from 'next/headers';

/** Light or dark by a person's choice, or as their system has it. */
export type Theme = 'light' | 'dark' | 'system';

export const THEME_COOKIE = 'gavel_theme';

/** The colours that this browser has chosen. They are in the first HTML, so that a page never flashes in the other ones. */
export async function readTheme(): Promise<Theme> {
  return themeFrom((await cookies()).get(THEME_COOKIE)?.value);
}

/** Reads a text as a choice; anything else is the system's. */
export function themeFrom(text: string | undefined): Theme {
  return text === 'light' || text === 'dark' ? text : 'system';
}
