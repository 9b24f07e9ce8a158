'use client';

import { watchItem } from '../../server/actions/bidding.ts';
import { Icon } from '../ui/icon.tsx';
import { ActionForm } from './form.tsx';

interface WatchFormProps {
  itemId: string;
  watched: boolean;
}

/** Adds an item to the reader's watch list, or removes it. */
export function WatchForm({ itemId, watched }: WatchFormProps) {
  return (
    <ActionForm
      action={watchItem}
      label="Watch list"
      button={watched ? 'Stop watching' : 'Watch'}
      busy="Saving…"
      quietButton
    >
      {() => <WatchFields itemId={itemId} watched={watched} />}
    </ActionForm>
  );
}

/** The same as a heart on a card. */
export function HeartForm({ itemId, watched, title }: WatchFormProps & { title: string }) {
  return (
    <ActionForm
      action={watchItem}
      className="heart"
      button={<Icon name="heart" filled={watched} />}
      buttonLabel={`Watch ${title}`}
      pressed={watched}
      busy={<Icon name="heart" />}
    >
      {() => <WatchFields itemId={itemId} watched={watched} />}
    </ActionForm>
  );
}

/** Removes an item from the reader's watch list, on the page of that list. */
export function UnwatchForm({ itemId, title }: { itemId: string; title: string }) {
  return (
    <ActionForm
      action={watchItem}
      label={`Remove ${title}`}
      className="card-form"
      button="Remove"
      busy="Removing…"
      quietButton
    >
      {() => <WatchFields itemId={itemId} watched />}
    </ActionForm>
  );
}

function WatchFields({ itemId, watched }: WatchFormProps) {
  return (
    <>
      <input type="hidden" name="item_id" value={itemId} />
      <input type="hidden" name="watch" value={watched ? 'no' : 'yes'} />
    </>
  );
}
