import type { InputHTMLAttributes, ReactNode } from 'react';
import type { FormState } from '../../model/form.ts';

interface FieldProps {
  state: FormState;
  name: string;
  label: string;
  hint?: ReactNode;
}

/** One labelled input with its hint and, when its value was refused, the sentence that says why. Shows what was typed. */
export function Field({
  state,
  name,
  label,
  hint,
  defaultValue,
  ...input
}: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <FieldFrame state={state} name={name} label={label} hint={hint}>
      <input
        id={name}
        name={name}
        defaultValue={state.values?.[name] ?? defaultValue}
        {...description(state, name, hint)}
        {...input}
      />
    </FieldFrame>
  );
}

/** A labelled text area. */
export function TextField({
  state,
  name,
  label,
  hint,
  defaultValue,
  rows,
}: FieldProps & { defaultValue?: string; rows: number }) {
  return (
    <FieldFrame state={state} name={name} label={label} hint={hint}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        defaultValue={state.values?.[name] ?? defaultValue}
        {...description(state, name, hint)}
      />
    </FieldFrame>
  );
}

/** A labelled select. */
export function ChoiceField({
  state,
  name,
  label,
  hint,
  defaultValue,
  options,
}: FieldProps & { defaultValue?: string; options: readonly { value: string; label: string }[] }) {
  const chosen = state.values?.[name] ?? defaultValue;
  return (
    <FieldFrame state={state} name={name} label={label} hint={hint}>
      {/* The key creates a new element, because React would reset a select to its first value. */}
      <select id={name} name={name} key={chosen} defaultValue={chosen} {...description(state, name, hint)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** A labelled check box. */
export function CheckField({ state, name, label, hint }: FieldProps) {
  return (
    <div className="field check">
      <label htmlFor={name}>
        {/* The key creates a new element, because React would reset a check box to its first value. */}
        <input
          type="checkbox"
          id={name}
          name={name}
          key={state.values?.[name] ?? ''}
          defaultChecked={state.values?.[name] === 'on'}
          {...description(state, name, hint)}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function FieldFrame({ state, name, label, hint, children }: FieldProps & { children: ReactNode }) {
  const problem = state.fields?.[name];
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {children}
      {hint && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p className="problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

function description(state: FormState, name: string, hint: ReactNode) {
  const problem = state.fields?.[name];
  const ids = [problem ? `${name}-problem` : '', hint ? `${name}-hint` : ''].filter(Boolean);
  return {
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
  };
}
