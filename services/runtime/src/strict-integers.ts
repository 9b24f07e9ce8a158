import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import {
  type ConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
  type MethodImplSpec,
} from '@connectrpc/connect';
import type { UniversalHandlerOptions } from '@connectrpc/connect/protocol';

type JsonOptions = NonNullable<UniversalHandlerOptions['jsonOptions']>;

const DIGITS = /^-?\d+$/;
const integerTypes: ReadonlySet<ScalarType> = new Set([
  ScalarType.INT32,
  ScalarType.INT64,
  ScalarType.UINT32,
  ScalarType.UINT64,
  ScalarType.SINT32,
  ScalarType.SINT64,
  ScalarType.FIXED32,
  ScalarType.FIXED64,
  ScalarType.SFIXED32,
  ScalarType.SFIXED64,
]);

/**
 * A router that registers each method with a check of its JSON requests: an integer is a JSON number, or a string of digits with an
 * optional minus sign. The JSON reader below Connect converts strings with BigInt and Number, so it also takes "0x10", "+5", " 5",
 * "1e3" and the empty string. It also rounds JSON numbers above 2^53. All of these are refused, as a request that cannot be
 * read, before the interceptors run. Requests in the binary format have no such texts.
 */
export function withStrictIntegers(router: ConnectRouter, jsonOptions: JsonOptions): ConnectRouter {
  const add = (spec: MethodImplSpec, own: Partial<UniversalHandlerOptions> | undefined): void => {
    // Connect reads every JSON request with the decoder among its JSON options, after decompression.
    const options = {
      ...own,
      jsonOptions: { ...jsonOptions, textDecoder: createCheckingDecoder(spec.method.input) },
    };
    switch (spec.kind) {
      case 'unary':
        router.rpc(spec.method, spec.impl, options);
        break;
      case 'server_streaming':
        router.rpc(spec.method, spec.impl, options);
        break;
      case 'client_streaming':
        router.rpc(spec.method, spec.impl, options);
        break;
      case 'bidi_streaming':
        router.rpc(spec.method, spec.impl, options);
        break;
    }
  };
  const strict: ConnectRouter = {
    handlers: router.handlers,
    service: (service, implementation, own) => {
      for (const spec of Object.values(createServiceImplSpec(service, implementation).methods))
        add(spec, own);
      return strict;
    },
    rpc: (method, implementation, own) => {
      add(createMethodImplSpec(method, implementation), own);
      return strict;
    },
  };
  return strict;
}

/** A text decoder that throws when the decoded JSON has an integer of `input` in another form. */
function createCheckingDecoder(input: DescMessage): { decode(bytes?: Uint8Array): string } {
  const decoder = new TextDecoder();
  if (!hasIntegers(input, new Set())) return decoder;
  return {
    decode: (bytes) => {
      const text = decoder.decode(bytes);
      checkMessage(input, parse(text));
      return text;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Connect parses the text again and reports the fault.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hasIntegers(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return desc.fields.some(
    (field) => isInteger(field) || (field.message !== undefined && hasIntegers(field.message, seen)),
  );
}

function isInteger(field: DescField): boolean {
  return field.scalar !== undefined && integerTypes.has(field.scalar);
}

function checkMessage(desc: DescMessage, json: unknown): void {
  if (typeof json !== 'object' || json === null) return;
  const values = new Map<string, unknown>(Object.entries(json));
  for (const field of desc.fields) {
    // JSON may use either name, and even both.
    for (const name of new Set([field.jsonName, field.name])) {
      for (const value of elementsOf(values.get(name))) {
        if (field.message) checkMessage(field.message, value);
        else if (isInteger(field) && !isDigits(value))
          throw new Error(`${field} must be a whole number in decimal digits`);
      }
    }
  }
}

/** The values of a field: the elements of a list, or the one value. */
function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Other types than strings and numbers are left to Connect, which refuses them. */
function isDigits(value: unknown): boolean {
  if (typeof value === 'string') return DIGITS.test(value);
  return typeof value !== 'number' || Number.isSafeInteger(value);
}
