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
      {problem && (
        <p className="problem" id="images-problem">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
