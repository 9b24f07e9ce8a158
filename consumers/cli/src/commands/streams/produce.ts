import { randomUUIDv7 } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { parseTestEvent } from '../../streams/parse-test-event.ts';
import { requireTestStream } from '../../streams/stream-names.ts';
import { declareTestStream, publishTestEvents } from '../../streams/test-streams.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Publishes events to a test stream, to try out a consumer or a command. The name of a test stream begins with \`test.\`; it is created
if it does not exist, and keeps its newest 100 MB. Other streams are refused: only relays publish to them.

Each line of the input is an event in JSON, as \`peek --json\` prints it. The envelope needs type and partitionkey (the id of the
aggregate). If one line is not a valid event, nothing is published.`,
    )
    .argument('<test-stream>', 'test.NAME')
    .option('--file <file>', 'where to read the events (default: stdin)')
    .addHelpText(
      'after',
      examples(
        [
          'gavel streams peek gavel.bids --last 100 --json | gavel streams produce test.copy',
          'a copy of real events',
        ],
        ['gavel streams produce test.bids --file bids.jsonl', 'events of your own'],
        ['gavel streams tail test.bids --from first', 'read them'],
      ),
    )
    .addHelpText(
      'after',
      `
A line, with the fields of a body as in the .proto file:
  {"envelope":{"type":"auth.v1.UserRegistered","partitionkey":"USER_ID"},"body":{…}}`,
    )
    .action((name: string, { file }: { readonly file?: string }, command: Command) =>
      run(command, async ({ session, output }) => {
        requireTestStream(name);
        const lines = (await readInput(file)).split('\n');
        const events = lines.flatMap((line, index) =>
          line.trim() === '' ? [] : [parseTestEvent(line, index + 1, randomUUIDv7)],
        );
        if (events.length === 0) throw new CommandFailure('usage', 'the input has no events');
        await declareTestStream(session.url('AMQP_URL'), name);
        await publishTestEvents(session.url('STREAM_URL'), name, events);
        output.answer(
          { stream: name, published: events.length, ids: events.map(({ envelope }) => envelope.id) },
          `${events.length} events published to ${name}.`,
        );
      }),
    );
}

async function readInput(file: string | undefined): Promise<string> {
  if (file === undefined) return text(process.stdin);
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure('usage', `${file} cannot be read`, undefined, error);
  });
}
