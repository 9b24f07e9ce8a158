'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useMemo, useState } from 'react';
import { type FormState, newForm } from '../../model/form.ts';
import { useLiveAuction } from '../live/live-price.tsx';
import { askUntilAnswered } from './ask-until-answered.ts';

const checking: FormState = {
  status: 'failed',
  message: 'We do not know yet whether your bid was placed. Checking…',
};

interface Bid {
  /** What the form shows. */
  state: FormState;
  /** True from the click until somebody has answered. */
  busy: boolean;
  submit: (event: FormEvent<HTMLFormElement>) => void;
}

/**
 * Sends a bid form by script. `rendered` is the answer in the server's HTML, to a form that was sent without script. An
 * answer ends when the price has moved: from then on the page's own sentences say how things are.
 */
export function useBid(itemId: string, rendered: FormState): Bid {
  const router = useRouter();
  const { item } = useLiveAuction();
  const [answer, setAnswer] = useState<FormState>(rendered);
  const [busy, setBusy] = useState(false);

  const send = async (form: HTMLFormElement): Promise<void> => {
    const fields = new FormData(form);
    setBusy(true);
    setAnswer(newForm);
    const kept = { idempotency_key: String(fields.get('idempotency_key') ?? '') };
    const state = await askUntilAnswered(`/items/${itemId}/bids`, fields, () =>
      setAnswer({ ...checking, values: kept }),
    );
    setAnswer(state);
    setBusy(false);
    if (state.status === 'done') form.reset();
    router.refresh();
  };

  const ended = hasEnded(answer, item.minimumNextBid);
  const state = useMemo(
    () => (ended ? { ...newForm, values: answer.values ?? {} } : answer),
    [ended, answer],
  );
  return {
    state,
    busy,
    submit(event) {
      event.preventDefault();
      if (!busy) void send(event.currentTarget);
    },
  };
}

/** True when the price has moved since the answer. A minimum of 0 means that no higher bid is possible. */
function hasEnded({ minimumNextBid }: FormState, now: string): boolean {
  if (minimumNextBid === undefined || minimumNextBid === '0') return false;
  return now === '0' || BigInt(now) > BigInt(minimumNextBid);
}
