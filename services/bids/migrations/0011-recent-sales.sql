-- ListRecentSales reads the items that were sold last, of all sellers.
CREATE INDEX items_sold_last ON items (closed_at DESC, id DESC) WHERE outcome = 'sold';
