import { pictureOfWidth, pictures, shownImages } from '../../model/catalogue.ts';
import type { FormState } from '../../model/form.ts';
import { Picture } from '../auctions/pictures.tsx';
import { description, Notes, TextField, useAnswers } from './field.tsx';

interface PictureChoiceProps {
  state: FormState;
  /** The item's pictures when the form is new. */
  images: readonly string[];
}

/**
 * The item's pictures, and three ways to add more: this site's drawings, links, and files. A form that is refused shows every
 * picture that was added, so nothing has to be added twice.
 */
export function PictureChoice({ state, images }: PictureChoiceProps) {
  const chosen = state.values?.images?.split('\n').filter(Boolean) ?? images;
  const answers = useAnswers(state, 'images');
  const hint = `JPEG, PNG, WebP, AVIF or GIF, up to 10 MB each and 30 MB in total. We remove location and camera details.`;
  return (
    <fieldset {...description(state, 'images', 'images', undefined)} tabIndex={-1}>
      <legend>Pictures</legend>
      <Notes state={state} name="images" id="images" hint={undefined} />
      <ChosenPictures key={`chosen ${answers}`} images={chosen} />
      <Drawings key={`drawings ${answers}`} chosen={chosen} />
      <TextField
        state={state}
        name="image_urls"
        label="Add links to pictures"
        rows={2}
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
          {...description(state, 'uploads', 'uploads', hint)}
        />
        <Notes state={state} name="uploads" id="uploads" hint={hint} />
      </div>
    </fieldset>
  );
}

/** The pictures of the item, in their order. Each can be moved and removed, and stays if neither is done. */
function ChosenPictures({ images }: { images: readonly string[] }) {
  if (images.length === 0) return null;
  return (
    <ol className="pictures" aria-label="Pictures of this item">
      {images.map((image, index) => (
        <li key={image} className="picture">
          <input type="hidden" name="images" value={image} />
          {shownImages([image]).length > 0 ? (
            <Picture src={pictureOfWidth(image, 320)} alt={`Picture ${index + 1}`} width={120} height={90} />
          ) : (
            <p className="hint">This picture cannot be shown: {image}</p>
          )}
          <label>
            Position{' '}
            <select
              name="image_position"
              defaultValue={index + 1}
              aria-label={`Position of picture ${index + 1}`}
            >
              {images.map((other, position) => (
                <option key={other} value={position + 1}>
                  {position + 1}
                </option>
              ))}
            </select>
          </label>
          <label>
            <input
              type="checkbox"
              name="image_removed"
              value={image}
              aria-label={`Remove picture ${index + 1}`}
            />{' '}
            Remove
          </label>
        </li>
      ))}
    </ol>
  );
}

/** The drawings of this site that the item does not have. */
function Drawings({ chosen }: { chosen: readonly string[] }) {
  return (
    <details className="more">
      <summary>Add drawings</summary>
      <div className="pictures">
        {pictures
          .filter(({ path }) => !chosen.includes(path))
          .map(({ path, name }) => (
            <label key={path} className="picture">
              <input type="checkbox" name="drawings" value={path} />
              <Picture src={path} alt="" width={120} height={90} />
              <span>{name}</span>
            </label>
          ))}
      </div>
    </details>
  );
}
