import type { HandlerAnswer, HandlerRequest, HandlerStart, Sample } from './handler-messages.ts';
import { sharedClock } from './peer.ts';
import { peers } from './peers.ts';
import { publishToBroker } from './publish-to-broker.ts';
import { subscribe } from './subscribe.ts';

// The handler of one contender in a separate process, like a relay or a worker. It remembers when each event arrived or was
// done, and reports when the requested number is reached.

const tell = (answer: HandlerAnswer): void => void process.send?.(answer);
let samples: Sample[] = [];
let wanted = Number.POSITIVE_INFINITY;
const tellIfEnough = (): void => {
  if (samples.length < wanted) return;
  tell({ told: 'collected', samples });
  samples = [];
  wanted = Number.POSITIVE_INFINITY;
};
const sample = (channel: string, eventId: string): void => {
  samples.push([channel, eventId, sharedClock()]);
  tellIfEnough();
};

const stop = await start(JSON.parse(process.argv[2] ?? '{}') as HandlerStart);
process.on('message', (request: HandlerRequest) => {
  if (request.ask === 'collect') {
    wanted = request.count;
    tellIfEnough();
  } else {
    void stop().finally(() => process.exit());
  }
});
tell({ told: 'ready' });

async function start({ role, urls }: HandlerStart): Promise<() => Promise<void>> {
  if ('hears' in role) return await subscribe(urls, sample);
  const peer = peers.find(({ name }) => name === role.peer);
  if (peer === undefined) throw new Error(`no such peer: ${role.peer}`);
  if (role.job === 'nothing') return await peer.work(urls, async (id) => sample('job', id), role.job);
  const publish = await publishToBroker(urls);
  return await peer.work(
    urls,
    async (id, payload) => {
      await publish(id, payload);
      sample('job', id);
    },
    role.job,
  );
}
