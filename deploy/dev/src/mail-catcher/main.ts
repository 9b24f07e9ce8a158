import { runProcess } from '@gavel/service-runtime/run-process';
import { readMailCatcherConfig } from './config.ts';
import { openMailCatcher } from './open-mail-catcher.ts';

// The mail server of `make up`.
runProcess('mail', async ({ onStop }) => {
  const config = readMailCatcherConfig();
  const catcher = await openMailCatcher({
    port: config.PORT,
    smtpPort: config.SMTP_PORT,
    directory: config.MAIL_DIRECTORY,
  });
  onStop('mail catcher', () => catcher.close());
});
