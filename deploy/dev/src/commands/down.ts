import { environment, readDevConfig } from '../config.ts';
import { stopSystem } from './stop-system.ts';
import { runCommand, timed } from './terminal.ts';

const began = performance.now();
const say = (text: string) => console.log(timed(began, text));

await runCommand(async () => {
  const ran = await stopSystem(readDevConfig(environment).directory, say);
  say(ran ? 'everything is stopped; the data is kept (`make reset` removes it)' : 'nothing was running');
});
