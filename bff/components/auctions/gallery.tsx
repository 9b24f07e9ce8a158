import { blankPicture, pictureOfWidth, shownImages, storedSizes } from '../../model/catalogue.ts';
import { Picture } from './pictures.tsx';

/** An item's pictures in a line that snaps to each, and small ones below that lead to them. Works without script. */
export function Gallery({ images, title }: { images: readonly string[]; title: string }) {
  const shown = shownImages(images);
  const all = shown.length > 0 ? shown : [blankPicture];
  return (
    <div className="gallery">
      <ul className="gallery-line" aria-label="Pictures">
        {all.map((image, index) => (
          <li key={image} id={`picture-${index + 1}`}>
            <Picture
              src={pictureOfWidth(image, 1600)}
              sizes={{ stored: storedSizes(image), shown: '(max-width: 60rem) 100vw, 44rem' }}
              alt={index === 0 ? title : `${title} (${index + 1})`}
              width={1200}
              height={900}
              first={index === 0}
            />
          </li>
        ))}
      </ul>
      {all.length > 1 && (
        <ul className="thumbnails" aria-label="Small pictures">
          {all.map((image, index) => (
            <li key={image}>
              <a href={`#picture-${index + 1}`} aria-label={`Picture ${index + 1}`}>
                <Picture src={pictureOfWidth(image, 320)} alt="" width={120} height={90} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
