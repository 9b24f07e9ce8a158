import type { EventPublisher, PublisherEvents } from '@gavel/rabbitmq/event-publisher';

/**
 * Creates publishers that report for each confirmed message how many seconds after `publish` the confirm came. Time for
 * reconnecting and sending again is included.
 */
export function metered(
  create: (events: PublisherEvents) => EventPublisher,
  onSent: (seconds: number) => void,
): (events: PublisherEvents) => EventPublisher {
  return (events) => {
    const publishedAt = new Map<number, number>();
    const publisher = create({
      ...events,
      onConfirmed(position) {
        const at = publishedAt.get(position);
        publishedAt.delete(position);
        if (at !== undefined) onSent((performance.now() - at) / 1000);
        events.onConfirmed(position);
      },
      onRefused(position, error) {
        publishedAt.delete(position);
        events.onRefused(position, error);
      },
    });
    return {
      publish(messages) {
        const now = performance.now();
        for (const { position } of messages) publishedAt.set(position, now);
        publisher.publish(messages);
      },
      close: () => publisher.close(),
      get status() {
        return publisher.status;
      },
    };
  };
}
