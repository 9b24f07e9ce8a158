import { readFile } from 'node:fs/promises';
import { fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { type EditOutcome, editAndRedrive } from '@gavel/consumer-runtime/redrive';
import { fromHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { findEvent } from '@gavel/proto/registry';
import { type Command, Option } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import type { DeadLetter } from '../../dead-letters/dead-letters.ts';
import { parseDeadLetterId, requireDeadLetter } from '../../dead-letters/find-dead-letter.ts';
import { readBody } from '../../streams/read-event.ts';
import { byOption, decidedBy, executeOption, notYet, whyOption } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import { toJson as formatJson } from '../../terminal/output.ts';
import { reasonOf } from '../../terminal/reason-of.ts';
import type { Run } from '../../terminal/run-command.ts';

interface EditOptions {
  readonly body: string;
  readonly why: string;
  readonly by?: string;
  readonly group?: string;
  readonly execute?: boolean;
}

/** The new body of an event. */
interface NewBody {
  readonly json: JsonValue;
  readonly bytes: Uint8Array;
}

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Passes a parked event to its group's handler with another body. The body is a JSON file in the form that \`show --json\` prints. It is
checked by the rules of the event's type first. Prints the change; --execute does it.

Only this group gets the edited event. The event keeps its id and sequence. If the handler fails, the dead letter stays parked as it was.
Otherwise it holds the edited body, and the original one is kept with the record of who edited it, when and why (\`show\`). The stream
keeps the original too, so a replay parks that again.

Exit code 1 if the event could not be handled, 3 if it waits for an earlier event, is not parked, or was handled meanwhile.`,
    )
    .argument('<id>', 'an id from `gavel dead-letters ls`', parseDeadLetterId)
    .requiredOption('--body <file>', 'JSON file with the new body')
    .addOption(whyOption().makeOptionMandatory())
    .addOption(byOption())
    .addOption(new Option('--group <group>', 'the group, if several have a dead letter with this id'))
    .addOption(executeOption())
    .addHelpText(
      'after',
      examples(
        ['gavel dead-letters show 12 --json | jq .body > body.json', 'the body, to be edited'],
        ["gavel dead-letters edit-and-redrive 12 --body body.json --why 'wrong user'", 'the change'],
        ["gavel dead-letters edit-and-redrive 12 --body body.json --why 'wrong user' --execute", 'do it'],
      ),
    )
    .action((id: bigint, options: EditOptions, command: Command) =>
      run(command, async ({ session, output }) => {
        const { deadLetter, group } = await requireDeadLetter(session, id, options.group);
        const { json, bytes } = await readNewBody(deadLetter, options.body);
        const before = describeBody(deadLetter);
        const change = `before  ${formatJson(before)}\nafter   ${formatJson(json)}`;
        if (options.execute !== true) {
          output.answer(
            { executed: false, id, group: group.name, before, after: json },
            `${change}\n\n${notYet}`,
          );
          return;
        }
        const decision = { by: decidedBy(options.by), reason: options.why };
        const pool = session.pool(group.database);
        const outcome = await editAndRedrive(pool, await group.definition(), id, bytes, decision);
        output.answer(
          { executed: true, id, group: group.name, before, after: json, ...outcome },
          `${change}\n\n${outcome.outcome}`,
        );
        failUnlessRedriven(id, outcome);
      }),
    );
}

/** Reads the file and checks it. Throws `usage` for a file that holds no valid event, and `refused` for a dead letter that cannot be edited. */
async function readNewBody({ id, headers }: DeadLetter, file: string): Promise<NewBody> {
  const parsed = fromHeaders(headers);
  const event = parsed.ok ? findEvent(parsed.envelope.type) : undefined;
  if (event === undefined) {
    throw new CommandFailure(
      'refused',
      `dead letter ${id} has no type of event that is known, so it has no body that could be edited`,
    );
  }
  const json = parseJson(file, await readText(file));
  const { schema } = event;
  let bytes: Uint8Array;
  try {
    bytes = toBinary(schema, fromJson(schema, json));
  } catch (error) {
    throw new CommandFailure('usage', `${file} is not a ${event.type}: ${reasonOf(error)}`, undefined, error);
  }
  const decoded = decodeEvent(schema, bytes);
  if (!decoded.ok)
    throw new CommandFailure('usage', `${file} breaks a rule of ${event.type}: ${decoded.problem}`);
  return { json: toJson(schema, decoded.body), bytes };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure('usage', `${file} cannot be read: ${reasonOf(error)}`, undefined, error);
  }
}

function parseJson(file: string, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new CommandFailure('usage', `${file} is not JSON: ${reasonOf(error)}`, undefined, error);
  }
}

/** The body in JSON, or in base64 if it cannot be decoded. */
function describeBody({ headers, body }: DeadLetter): unknown {
  const parsed = fromHeaders(headers);
  const content = parsed.ok ? readBody(parsed.envelope, body) : undefined;
  return content?.bytes === undefined ? content?.body : content.bytes;
}

function failUnlessRedriven(id: bigint, outcome: EditOutcome): void {
  switch (outcome.outcome) {
    case 'redriven':
      return;
    case 'failed':
    case 'unreadable':
      throw new CommandFailure('failure', `${id} could not be handled and stays parked: ${outcome.problem}`);
    case 'waits-for-earlier':
      throw new CommandFailure('refused', `redrive dead letter ${outcome.earlier} first`);
    case 'not-parked':
      throw new CommandFailure('refused', `dead letter ${id} is not parked`);
    case 'already-handled':
      throw new CommandFailure(
        'refused',
        `another copy of the event was handled meanwhile, so the edit was not applied`,
      );
  }
}
