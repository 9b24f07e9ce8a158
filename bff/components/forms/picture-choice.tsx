import type { FormState } from '../../server/forms/form-state.ts';
import { pictures } from '../../server/pages/catalogue.ts';
import { Picture } from '../page/picture.tsx';
import { TextField } from './field.tsx';

/** Drawings of our own to tick, and addresses of others to write. */
export function PictureChoice({ state, images }: { state: FormState; images: readonly string[] }) {
  const current = state.values?.images?.split(' ') ?? images;
  const paths = pictures.map(({ path }) => path);
  const others = current.filter((image) => image !== '' && !paths.includes(image));
  const problem = state.fields?.images;
  return (
    <fieldset aria-describedby={problem ? 'images-problem' : undefined}>
      <legend>Pictures</legend>
      <div className="pictures" key={current.join(' ')}>
        {pictures.map(({ path, name }) => (
          <label key={path} className="picture">
            <input type="checkbox" name="images" value={path} defaultChecked={current.includes(path)} />
            <Picture src={path} alt="" width={120} height={90} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      <TextField
        state={state}
        name="image_urls"
        label="Addresses of other pictures"
        rows={2}
        defaultValue={others.join('\n')}
        hint="https:// addresses, one a line."
      />
      <div className="field">
        <label htmlFor="uploads">Pictures of your own</label>
        <input
          id="uploads"
          name="uploads"
          type="file"
          multiple
          accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
          aria-describedby="uploads-hint"
        />
        <p className="hint" id="uploads-hint">
          JPEG, PNG, WebP, AVIF or GIF, up to 10 MB each and 30 MB together. Where and with what they were
          taken is removed.
        </p>
      </div>
      {problem && (
        <p className="problem" id="images-problem">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
