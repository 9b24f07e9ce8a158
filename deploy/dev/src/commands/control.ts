import { environment, readDevConfig } from '../config.ts';
import { LaunchError } from '../launch-error.ts';
import { askSupervisor, isProcessVerb } from '../system/control-socket.ts';
import { readState } from '../system/system-files.ts';
import { supervised } from './health.ts';
import { runCommand, timed } from './terminal.ts';

// make stop, make start and make restart: control.ts VERB NAME

const began = performance.now();

await runCommand(async () => {
  const [verb, name = ''] = process.argv.slice(2);
  if (!isProcessVerb(verb)) throw new Error(`not stop, start or restart: ${verb}`);
  const { directory } = readDevConfig(environment);
  const state = await readState(directory);
  if (!supervised(state)) {
    throw new LaunchError('command-failed', 'Nothing is running.', {
      wayOut: '`make up` starts everything.',
    });
  }
  if (state.phase !== 'running') {
    throw new LaunchError('command-failed', `The system is ${state.phase}.`, {
      wayOut: 'Try again when `make status` shows that every process is healthy.',
    });
  }
  if (name === '') {
    throw new LaunchError('unknown-process', `Which process? For example \`make ${verb} NAME=relay-bids\`.`, {
      wayOut: '`make status` lists the names.',
    });
  }
  console.log(timed(began, await askSupervisor(directory, { verb, name })));
});
