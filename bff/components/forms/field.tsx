import { type InputHTMLAttributes, type ReactNode, useState } from 'react';
import type { FormState } from '../../model/form.ts';

interface FieldProps {
  state: FormState;
  name: string;
  /** The element's id, when a page has several forms with a field of this name. Default: the name. */
  id?: string;
  label: string;
  hint?: ReactNode;
}

/** One labelled input with its hint and, when its value was refused, the sentence that says why. Shows what was typed. */
export function Field({
  state,
  name,
  id = name,
  label,
  hint,
  defaultValue,
  ...input
}: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <FieldFrame state={state} name={name} id={id} label={label} hint={hint}>
      <input
        id={id}
        name={name}
        defaultValue={state.values?.[name] ?? defaultValue}
        {...description(state, name, id, hint)}
        {...input}
      />
    </FieldFrame>
  );
}

/** A labelled text area. */
export function TextField({
  state,
  name,
  id = name,
  label,
  hint,
  defaultValue,
  rows,
}: FieldProps & { defaultValue?: string; rows: number }) {
  return (
    <FieldFrame state={state} name={name} id={id} label={label} hint={hint}>
      <textarea
        id={id}
        name={name}
        rows={rows}
        defaultValue={state.values?.[name] ?? defaultValue}
        {...description(state, name, id, hint)}
      />
    </FieldFrame>
  );
}

/** A labelled select. */
export function ChoiceField({
  state,
  name,
  id = name,
  label,
  hint,
  defaultValue,
  options,
}: FieldProps & { defaultValue?: string; options: readonly { value: string; label: string }[] }) {
  const chosen = state.values?.[name] ?? defaultValue;
  const answers = useAnswers(state, name);
  return (
    <FieldFrame state={state} name={name} id={id} label={label} hint={hint}>
      {/* The key creates a new element after each answer, because React would reset a select to its first value. */}
      <select id={id} name={name} key={answers} defaultValue={chosen} {...description(state, name, id, hint)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** How many answers had a value for this field: a key for an element that must be created again after each of them. */
export function useAnswers(state: FormState, name: string): number {
  const [seen, setSeen] = useState({ values: state.values, answers: 0 });
  if (state.values?.[name] !== undefined && seen.values !== state.values)
    setSeen({ values: state.values, answers: seen.answers + 1 });
  return seen.answers;
}

type FrameProps = FieldProps & { id: string; children: ReactNode };

function FieldFrame({ state, name, id, label, hint, children }: FrameProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      <Notes state={state} name={name} id={id} hint={hint} />
    </div>
  );
}

interface NotesProps {
  state: FormState;
  name: string;
  id: string;
  hint: ReactNode;
}

/** A field's hint and, when its value was refused, the sentence that says why. */
export function Notes({ state, name, id, hint }: NotesProps) {
  const problem = state.fields?.[name];
  return (
    <>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  );
}

/**
 * A field's attributes after an answer. `autofocus` is for pages without script, where the browser focuses the first refused
 * field; with script the form does it.
 */
export function description(state: FormState, name: string, id: string, hint: ReactNode) {
  const problem = state.fields?.[name];
  const ids = [problem ? `${id}-problem` : '', hint ? `${id}-hint` : ''].filter(Boolean);
  return {
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    autoFocus: problem ? true : undefined,
  };
}

interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** Two radio buttons; the first one is chosen at the beginning. */
export function ChoiceOfTwo(props: {
  state: FormState;
  name: string;
  legend: string;
  first: Choice;
  second: Choice;
}) {
  const { state, name, legend, first, second } = props;
  const answers = useAnswers(state, name);
  const chosen = state.values?.[name] || first.value;
  return (
    <fieldset className="choice">
      <legend className="unseen">{legend}</legend>
      {[first, second].map(({ value, label, hint }) => (
        <div key={value}>
          <label>
            {/* The key creates a new element after each answer, because React would reset the choice to its first value. */}
            <input
              type="radio"
              name={name}
              value={value}
              key={answers}
              defaultChecked={value === chosen}
              aria-describedby={hint ? `${name}-${value}-hint` : undefined}
            />
            <span>{label}</span>
          </label>
          {hint && (
            <p className="hint" id={`${name}-${value}-hint`}>
              {hint}
            </p>
          )}
        </div>
      ))}
    </fieldset>
  );
}
