/**
 * Whether the broker holds publishers back, which it does when it is short of memory or disk: it reads nothing more from
 * connections that publish, so no confirms come and nothing is wrong with the connection. AMQP says so
 * (connection.blocked), the stream protocol is silent; both publishers of a relay share one alarm.
 */
export interface BrokerAlarm {
  /** Why it holds back, in the broker's words; undefined while it does not. */
  readonly reason: string | undefined;
  raise(reason: string): void;
  clear(): void;
}

export function createBrokerAlarm(): BrokerAlarm {
  let reason: string | undefined;
  return {
    get reason() {
      return reason;
    },
    raise(because) {
      reason = because;
    },
    clear() {
      reason = undefined;
    },
  };
}
