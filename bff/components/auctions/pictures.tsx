import { blankPicture, pictureOfWidth, shownImages } from '../../model/catalogue.ts';

interface PictureProps {
  src: string;
  /** Empty when a text beside the picture says the same. */
  alt: string;
  width: number;
  height: number;
}

/** A picture from any site. Its server does not learn which page shows it. */
export function Picture({ src, alt, width, height }: PictureProps) {
  return (
    // biome-ignore lint/performance/noImgElement: next/image would fetch pictures of any host through this server.
    <img src={src} alt={alt} width={width} height={height} loading="lazy" referrerPolicy="no-referrer" />
  );
}

interface ItemPictureProps {
  images: readonly string[];
  title: string;
  /** The largest width at which it is shown, in CSS pixels. */
  width?: 400 | 800;
}

/** An item's first picture, or a blank one. */
export function ItemPicture({ images, title, width = 400 }: ItemPictureProps) {
  const [first = blankPicture] = shownImages(images);
  return (
    <Picture src={pictureOfWidth(first, width * 2)} alt={title} width={width} height={(width / 4) * 3} />
  );
}

/** The other pictures of an item. */
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
