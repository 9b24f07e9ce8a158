import { pictures } from '../../model/catalogue.ts';
import type { FormState } from '../../model/form.ts';
import { Picture } from '../auctions/pictures.tsx';
import { TextField } from './field.tsx';

/** Three ways to add pictures: choose from this site's drawings, enter links, or upload files. */
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
        label="Links to pictures"
        rows={2}
        defaultValue={others.join('\n')}
        hint="One https:// link per line."
      />
      <div className="field">
        <label htmlFor="uploads">Upload pictures</label>
        <input
          id="uploads"
          name="uploads"
          type="file"
          multiple
          accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
          aria-describedby="uploads-hint"
        />
        <p className="hint" id="uploads-hint">
          JPEG, PNG, WebP, AVIF or GIF, up to 10 MB each and 30 MB in total. We remove location and camera
          details.
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
