-- A list of notifications goes back further than what is kept of their items.
ALTER TABLE notifications ADD COLUMN title text;
UPDATE notifications SET title = auctions.title FROM auctions WHERE auctions.item_id = notifications.item_id;
