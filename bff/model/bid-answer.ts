import type { FormState } from './form.ts';

/** The answer to a bid that a page sends by script. */
export interface BidAnswer {
  /** What the form shows next. */
  state: FormState;
  /** `yes`: accepted or refused. `no`: this request changed nothing. `unknown`: the bid may have been accepted. */
  decided: 'yes' | 'no' | 'unknown';
}
