import { gavel } from './gavel.ts';
import type { HandlerAnswer, HandlerRequest, Sample } from './handler-messages.ts';
import { type PeerUrls, sharedClock } from './peer.ts';
import { peers } from './peers.ts';

// The handling side of one contender in a process of its own, as the relay and any worker would be: argv has the name
// and the URLs. It remembers when each event came and tells when as many came as were asked for.

const [name, urls] = process.argv.slice(2);
const peer = [gavel, ...peers].find((one) => one.name === name);
if (peer === undefined || urls === undefined) throw new Error(`no such peer: ${name}`);

const tell = (answer: HandlerAnswer): void => void process.send?.(answer);
let samples: Sample[] = [];
let wanted = Number.POSITIVE_INFINITY;
const tellIfEnough = (): void => {
  if (samples.length < wanted) return;
  tell({ told: 'collected', samples });
  samples = [];
  wanted = Number.POSITIVE_INFINITY;
};

const stop = await peer.handle(JSON.parse(urls) as PeerUrls, (channel, eventId) => {
  samples.push([channel, eventId, sharedClock()]);
  tellIfEnough();
});
process.on('message', (request: HandlerRequest) => {
  if (request.ask === 'collect') {
    wanted = request.count;
    tellIfEnough();
  } else {
    void stop().finally(() => process.exit());
  }
});
tell({ told: 'ready' });
