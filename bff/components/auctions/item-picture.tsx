import { blankPicture, pictureOfWidth, shownImages } from '../../server/pages/catalogue.ts';
import { Picture } from '../page/picture.tsx';

interface ItemPictureProps {
  images: readonly string[];
  title: string;
  /** How wide it is shown at most, CSS pixels. */
  width?: 400 | 800;
}

/** An item's first picture, or a blank one. */
export function ItemPicture({ images, title, width = 400 }: ItemPictureProps) {
  const [first = blankPicture] = shownImages(images);
  return (
    <Picture src={pictureOfWidth(first, width * 2)} alt={title} width={width} height={(width / 4) * 3} />
  );
}

/** The rest of an item's pictures. */
export function MorePictures({ images, title }: { images: readonly string[]; title: string }) {
  const more = shownImages(images).slice(1);
  if (more.length === 0) return null;
  return (
    <div className="more-pictures">
      {more.map((image, index) => (
        <Picture
          key={image}
          src={pictureOfWidth(image, 320)}
          alt={`${title} (${index + 2})`}
          width={160}
          height={120}
        />
      ))}
    </div>
  );
}
