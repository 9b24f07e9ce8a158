import type { EventPublisher, PublisherEvents } from './event-publisher.ts';

/**
 * Makes publishers that tell, of each message that the broker confirmed, how many seconds after it was handed over that was:
 * reconnecting and sending again are part of it.
 */
export function metered(
  create: (events: PublisherEvents) => EventPublisher,
  onSent: (seconds: number) => void,
): (events: PublisherEvents) => EventPublisher {
  return (events) => {
    const handedOver = new Map<number, number>();
    const publisher = create({
      ...events,
      onConfirmed(position) {
        const at = handedOver.get(position);
        handedOver.delete(position);
        if (at !== undefined) onSent((performance.now() - at) / 1000);
        events.onConfirmed(position);
      },
      onRefused(position, error) {
        handedOver.delete(position);
        events.onRefused(position, error);
      },
    });
    return {
      publish(messages) {
        const now = performance.now();
        for (const { position } of messages) handedOver.set(position, now);
        publisher.publish(messages);
      },
      close: () => publisher.close(),
      get status() {
        return publisher.status;
      },
    };
  };
}
