import { environment, readDevConfig } from '../config.ts';
import { removeServerHome } from '../infrastructure/native/server-home.ts';
import { stopSystem } from './stop-system.ts';
import { runCommand, timed } from './terminal.ts';

const began = performance.now();
const say = (text: string) => console.log(timed(began, text));

await runCommand(async () => {
  const { directory } = readDevConfig(environment);
  await stopSystem(directory, say);
  await removeServerHome(directory);
  say(`${directory} is removed; databases on your own servers (GAVEL_INFRASTRUCTURE=external) are kept`);
});
