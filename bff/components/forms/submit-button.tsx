'use client';

import { useFormStatus } from 'react-dom';

/** A form's button; while the form is on its way it says so and takes no second click. */
export function SubmitButton({ label, busy, quiet }: { label: string; busy: string; quiet?: boolean }) {
  const { pending } = useFormStatus();
  return (
    <button type="submit" className={quiet ? 'quiet' : undefined} aria-disabled={pending} disabled={pending}>
      {pending ? busy : label}
    </button>
  );
}
