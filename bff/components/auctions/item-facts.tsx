import { toDecimal } from '@gavel/proto/currencies';
import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { categoryLabel, shownImages } from '../../model/catalogue.ts';

/** The item for search engines, in the words of schema.org. A browser does not run it. */
export function ItemFacts({ item, origin }: { item: Item; origin: string }) {
  const text = JSON.stringify(itemFacts(item, origin)).replaceAll('<', '\\u003c');
  return (
    <script
      type="application/ld+json"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: React would escape quotes, and no text can end the element.
      dangerouslySetInnerHTML={{ __html: text }}
    />
  );
}

/** A product with its offer: what it costs now, and whether it can still be had. */
export function itemFacts(item: Item, origin: string): object {
  const url = `${origin}/items/${item.id}`;
  const highest = item.bidCount > 0n ? item.currentHighestBid : item.startPrice;
  const price = item.outcome === ItemOutcome.SOLD ? item.winningAmount : highest;
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: item.title,
    url,
    ...(item.description && { description: item.description }),
    ...(item.category && { category: categoryLabel(item.category) }),
    image: shownImages(item.images).map((image) => new URL(image, origin).href),
    offers: {
      '@type': 'Offer',
      url,
      price: toDecimal(price, item.currency),
      priceCurrency: item.currency,
      availability: `https://schema.org/${availabilityOf(item)}`,
      availabilityStarts: item.startsAt,
      availabilityEnds: item.endAt,
    },
  };
}

function availabilityOf({ status, outcome }: Item): string {
  if (outcome === ItemOutcome.SOLD) return 'SoldOut';
  if (status === ItemStatus.SCHEDULED) return 'PreOrder';
  return status === ItemStatus.ACTIVE ? 'InStock' : 'Discontinued';
}
