import { fromHeaders } from '@gavel/proto/envelope';
import type { QueuedMessage } from '@gavel/rabbitmq/queue-inspector';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { requireCount, requireSideQueue, withQueues } from '../../queues/side-queues.ts';
import { readBody, type SeenBody } from '../../streams/read-event.ts';
import { examples } from '../../terminal/example-help.ts';
import { toJson } from '../../terminal/output.ts';
import { parseLimit } from '../../terminal/parse-limit.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Prints the oldest messages of gavel.unrouted with their headers and decoded bodies. They stay in the queue, in their order. A
parking queue cannot be looked into, because the broker would count that as a failed delivery and drop a message after twenty of them:
\`gavel dead-letters show\` prints the same messages with their headers.`,
    )
    .argument('<queue>', 'a queue from `gavel queues ls`')
    .option('--limit <messages>', 'at most this number of messages', parseLimit, 10)
    .addHelpText(
      'after',
      examples(['gavel queues peek gavel.unrouted', 'which events has nobody subscribed to?']),
    )
    .action((name: string, { limit }: { readonly limit: number }, command: Command) =>
      run(command, async ({ session, output }) => {
        const { queue, group } = requireSideQueue(name);
        if (group !== null) {
          throw new CommandFailure(
            'refused',
            `${queue} cannot be looked into without a failed delivery of its messages`,
            `\`gavel dead-letters ls --group ${group}\` lists them, and \`show\` prints one with its headers.`,
          );
        }
        const messages = await withQueues(session, async (queues) => {
          await requireCount(queues, queue);
          return queues.peek(queue, limit);
        });
        for (const message of messages) {
          const seen = { ...message, ...readMessage(message) };
          output.item(seen, formatMessage(seen));
        }
        if (messages.length === 0) output.remark('No messages found.');
      }),
    );
}

/** Decodes a message as far as possible. Never throws, whatever a foreign client has sent. */
function readMessage({ headers, body }: QueuedMessage): SeenBody {
  const texts = Object.entries(headers).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  const parsed = fromHeaders(Object.fromEntries(texts));
  if (parsed.ok) return readBody(parsed.envelope, body);
  return { envelope: null, body: null, problem: parsed.problem, bytes: body.toString('base64') };
}

function formatMessage({
  exchange,
  routingKey,
  headers,
  problem,
  body,
  bytes,
}: Omit<QueuedMessage, 'body'> & SeenBody): string {
  return [
    `${routingKey}  from ${exchange === '' ? 'the default exchange' : exchange}`,
    ...Object.entries(headers).map(
      ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : toJson(value)}`,
    ),
    ...(problem === undefined ? [] : [`  ! ${problem}`]),
    `  ${bytes === undefined ? toJson(body) : bytes}`,
  ].join('\n');
}
