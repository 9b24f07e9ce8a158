'use server';

import { cookies, headers } from 'next/headers';
import { config } from '../../config.ts';
import { textOf } from '../../model/form.ts';
import { isSecure } from '../session/session.ts';
import { THEME_COOKIE, themeFrom } from '../theme.ts';
import { runAction } from './run-action.ts';

const YEAR_SECONDS = 365 * 86_400;

/** Keeps the choice of light or dark in this browser for a year. Field: theme; `system` removes the choice. */
export async function chooseTheme(form: FormData): Promise<void> {
  await runAction('choose-theme', async () => {
    const jar = await cookies();
    const theme = themeFrom(textOf(form, 'theme'));
    const secure = isSecure(config(), await headers());
    if (theme === 'system') jar.delete(THEME_COOKIE);
    else
      jar.set({
        name: THEME_COOKIE,
        value: theme,
        maxAge: YEAR_SECONDS,
        httpOnly: true,
        sameSite: 'lax',
        secure,
      });
  });
}
