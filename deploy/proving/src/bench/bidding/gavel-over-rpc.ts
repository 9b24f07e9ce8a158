import { Agent, request } from 'node:http';
import type { SignedIn } from '../../system/sign-up.ts';
import { bidInLoops } from './bid-loop.ts';
import type { Contender, Field } from './contender.ts';

/**
 * Gavel as its clients call it: PlaceBid over ConnectRPC with an access token, JSON on kept-alive connections. The plain
 * HTTP client of Node uses a third of the CPU of `fetch`, and it shares two cores with the measured processes.
 */
export function gavelOverRpc(bidsUrl: string, accounts: readonly SignedIn[], field: Field): Contender {
  return {
    name: 'Gavel, over RPC',
    async bid(items, bidders, seconds) {
      const agent = new Agent({ keepAlive: true, maxSockets: bidders });
      const place = async (turn: number, itemId: string, amount: bigint): Promise<boolean> => {
        const { token } = accounts[turn % accounts.length] as SignedIn;
        const body = `{"itemId":"${itemId}","amount":"${amount}"}`;
        const { status, text } = await post(agent, bidsUrl, token, body);
        if (status === 200) return true;
        if (text.includes('BID_TOO_LOW') || text.includes('ALREADY_LEADING')) return false;
        throw new Error(`PlaceBid answered ${status}: ${text}`);
      };
      try {
        return await bidInLoops(place, items, bidders, seconds, field);
      } finally {
        agent.destroy();
      }
    },
  };
}

function post(
  agent: Agent,
  baseUrl: string,
  token: string,
  body: string,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      authorization: `Bearer ${token}`,
    };
    const call = request(
      `${baseUrl}/bids.v1.BidService/PlaceBid`,
      { method: 'POST', agent, headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
        answer.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
