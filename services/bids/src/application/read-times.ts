import type { NewTimes } from '../domain/auction/command.ts';
import type { FieldProblems } from './read-fields.ts';
import { readInstant } from './read-instant.ts';

/** When an auction is to run, as asked for: ISO 8601 with zone, empty for what is left to the rules. */
export interface TimesInput {
  startsAt: string;
  endAt: string;
  hardEndAt: string;
}

export function readTimes({ startsAt, endAt, hardEndAt }: TimesInput, problems: FieldProblems): NewTimes {
  return {
    startsAt: startsAt === '' ? undefined : readInstant('starts_at', startsAt, problems),
    endAt: readInstant('end_at', endAt, problems),
    hardEndAt: hardEndAt === '' ? undefined : readInstant('hard_end_at', hardEndAt, problems),
  };
}
