'use client';

import { cancelItem, relistItem } from '../../server/actions/listing.ts';
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

/** Lists an unsold item again, with the same terms. */
export function RelistItemForm({ itemId, title }: ListingFormProps) {
  return (
    <ConfirmForm
      action={relistItem}
      summary="Relist…"
      summaryLabel={`Relist ${title}`}
      button="Relist item"
      busy="Relisting…"
    >
      {() => (
        <>
          <input type="hidden" name="item_id" value={itemId} />
          <label>
            Duration{' '}
            <select name="days" defaultValue="7">
              {[1, 3, 7, 14, 30, 90].map((days) => (
                <option key={days} value={days}>
                  {days === 1 ? '1 day' : `${days} days`}
                </option>
              ))}
            </select>
          </label>{' '}
        </>
      )}
    </ConfirmForm>
  );
}
