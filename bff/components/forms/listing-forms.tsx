'use client';

import { cancelItem, relistItem } from '../../server/actions/listing.ts';
import { ChoiceField } from './field.tsx';
import { ConfirmForm } from './form.tsx';

interface ListingFormProps {
  itemId: string;
  title: string;
}

export function CancelItemForm({ itemId, title }: ListingFormProps) {
  return (
    <ConfirmForm
      action={cancelItem}
      summary="Cancel…"
      summaryLabel={`Cancel ${title}`}
      button="Yes, cancel this auction"
      busy="Cancelling…"
    >
      {() => <input type="hidden" name="item_id" value={itemId} />}
    </ConfirmForm>
  );
}

const durations = [1, 3, 7, 14, 30, 90].map((days) => ({
  value: String(days),
  label: days === 1 ? '1 day' : `${days} days`,
}));

/** Lists an unsold item again, with the same terms. */
export function RelistItemForm({ itemId, title }: ListingFormProps) {
  return (
    <ConfirmForm
      action={relistItem}
      className="stack"
      summary="Relist…"
      summaryLabel={`Relist ${title}`}
      button="Relist item"
      busy="Relisting…"
    >
      {(state) => (
        <>
          <input type="hidden" name="item_id" value={itemId} />
          <ChoiceField
            state={state}
            name="days"
            id={`days-${itemId}`}
            label="Duration"
            defaultValue="7"
            options={durations}
          />
        </>
      )}
    </ConfirmForm>
  );
}
