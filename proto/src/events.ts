import { createRegistry, type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { file_gavel_v1_rules } from '../gen/gavel/v1/rules_pb.ts';

/** An event's body, or the reason why the bytes do not hold one. */
export type DecodedEvent<S extends DescMessage = DescMessage> =
  | { readonly ok: true; readonly body: MessageShape<S> }
  /** The bytes are not a message of the event's type. */
  | { readonly ok: false; readonly reason: 'undecodable_body'; readonly problem: string }
  /**
   * A field breaks its rule. The problem names the first such field and the rule, for example
   * `amount: must be greater than 0 [int64.gt]`, and holds no value of a field.
   */
  | {
      readonly ok: false;
      readonly reason: 'invalid_event';
      readonly problem: string;
      readonly body: MessageShape<S>;
    };

const validator = createValidator({
  registry: createRegistry(file_gavel_v1_rules),
  regexMatch: createRegexMatch(),
  failFast: true,
});

/**
 * Decodes the body of an event and checks the field rules of its .proto file. Every reader of events uses this function,
 * so a producer and all consumers agree on what is valid. Never throws for any bytes; throws for a schema whose rules do
 * not compile, which a test excludes for all events.
 */
export function decodeEvent<S extends DescMessage>(schema: S, bytes: Uint8Array): DecodedEvent<S> {
  let body: MessageShape<S>;
  try {
    body = fromBinary(schema, bytes);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: 'undecodable_body', problem };
  }
  const problem = findProblem(schema, body);
  return problem === undefined ? { ok: true, body } : { ok: false, reason: 'invalid_event', problem, body };
}

/** The first broken rule of a message, or undefined for a valid one. */
function findProblem<S extends DescMessage>(schema: S, body: MessageShape<S>): string | undefined {
  const result = validator.validate(schema, body);
  if (result.kind === 'error') throw result.error;
  return result.kind === 'invalid' ? result.error.message : undefined;
}

// The validator's own engine for patterns, RE2, guarantees linear time for patterns of unknown origin. Ours come from
// this package's .proto files and are linear in RegExp too, which takes 0.1 µs for a match instead of 2 µs.
function createRegexMatch(): (pattern: string, text: string) => boolean {
  const compiled = new Map<string, RegExp>();
  return (pattern, text) => {
    let regex = compiled.get(pattern);
    if (regex === undefined) {
      regex = new RegExp(pattern);
      compiled.set(pattern, regex);
    }
    return regex.test(text);
  };
}
