/*
 * The path of an event through Gavel, as far as it can lose, repeat or reorder something: the outbox in Postgres, two relays, one
 * partition of the stream with the broker's deduplication, two members of a consumer group with their database, and an operator who
 * refills a partition when a loss is reported. One step here is one transaction or one operation of the broker, and each process may be
 * killed, frozen or passed by another between any two steps.
 *
 * -DBUG_… plants a bug: README.md says which, and what must be found then.
 */

#define EVENTS 3  /* rows of the outbox; ids and positions go from 1 to this */

#ifndef FAULTS
#define FAULTS 3  /* how many faults of any kind a run may have */
#endif

/* Postgres of the service. A row's id is drawn before its transaction commits. */
#define NOT_DRAWN 0
#define OPEN 1
#define COMMITTED 2
#define ROLLED_BACK 3
byte row[EVENTS + 1];
byte drawn;                    /* the highest id that was drawn */
byte sequence[EVENTS + 1];     /* number in the order of the first aggregate; 0 for an event of the second one */
byte position[EVENTS + 1];     /* place in the publish order; 0 without a claim */
byte rowAt[EVENTS + 1];        /* the row that has a position */
byte positions;                /* the highest position that was given */
byte watermark;                /* everything up to this position is published */
byte storedConfirmed;         /* the highest position that the stream had confirmed, stored with the watermark */
bool isNewest[3];              /* the relay's term has the newest epoch */
byte holder;                   /* the relay that has the outbox; 0 for none */
bool isLost;                   /* a loss of the stream was found and is reported */
bool wasLost;                  /* the same, and stays: events that are published meanwhile are read before the lost ones */

/* One partition of the stream. The index is the offset; retention moves `first` up. */
byte stored[EVENTS * 2 + 1];   /* positions */
byte first;
byte end;
byte newestId;                 /* the highest publishing id that the broker knows for the relays' publisher name */
bool isConnected[3];           /* the relay's connection is alive */

/* Postgres of the consumer. */
byte checkpoint;               /* the next offset to read */
bool isUnchanged[3];           /* nobody else has written the checkpoint since the member read or wrote it */
bool isSubscribed[3];          /* the member's subscription is alive */
bool processed[EVENTS + 1];
byte applied[EVENTS + 1];
byte lastSequence;             /* of the first aggregate */
byte reader;                   /* the member to which the broker delivers; 0 for none */
bool isRefused;                /* a member found messages missing, and reports it */

byte faults;                   /* faults so far */

inline takeEpoch(relay) { isNewest[1] = (relay == 1); isNewest[2] = (relay == 2) }
inline cutConnections() { isConnected[1] = false; isConnected[2] = false; isSubscribed[1] = false; isSubscribed[2] = false }
inline writeCheckpoint(offset, member) { checkpoint = offset; isUnchanged[1] = (member == 1); isUnchanged[2] = (member == 2) }
inline fault() { faults < FAULTS -> faults++ }

/*
 * Two transactions of one aggregate, in the order of its row lock, and one of another aggregate, which may commit late or roll back.
 * That the first two take one step each hides nothing: rows become visible late because of the third.
 */
proctype FirstAggregate() {
  byte number = 1;
  do
  :: number <= 2 ->
    d_step { drawn++; row[drawn] = COMMITTED; sequence[drawn] = number; number++ }
  :: else -> break
  od
}

proctype SecondAggregate() {
  byte id;
  atomic { drawn++; id = drawn; row[id] = OPEN }
  if
  :: row[id] = COMMITTED
  :: row[id] = ROLLED_BACK
  fi
}

/* What the broker does with a message: it stores it once. A lower or equal publishing id is confirmed and dropped. */
inline publish(pos) {
  if
#ifdef BUG_NEW_PUBLISHER_NAME
  :: pos > newestOfMine -> newestOfMine = pos; stored[end] = pos; end++
#else
  :: pos > newestId -> newestId = pos; stored[end] = pos; end++
#endif
  :: else -> skip
  fi
}

/* A row that the reader finds. A reader with a plain cursor passes rows that were not committed yet. */
#ifdef BUG_CURSOR
byte cursor;
#define IS_FOUND(id) (row[id] == COMMITTED && position[id] == 0 && id > cursor)
#else
#define IS_FOUND(id) (row[id] == COMMITTED && position[id] == 0)
#endif

inline claim(id) {
  positions++; position[id] = positions; rowAt[positions] = id;
#ifdef BUG_CURSOR
  cursor = id;
#endif
#ifdef BUG_NO_FENCE
  known[positions] = true;
#endif
}

proctype Relay(byte me) {
#ifdef BUG_NO_FENCE
  bool known[EVENTS + 1];   /* positions that this relay read or gave */
#endif
  byte sent;            /* positions up to this one were sent in this session */
  byte confirmed;       /* positions up to this one were confirmed to this relay */
  byte expected;        /* what the stream must have at the start of a session */
#ifdef BUG_NEW_PUBLISHER_NAME
  byte newestOfMine;
#endif

standby:
  /* The lock, and a new epoch. A standby also ends the database session of a frozen holder: `holder` is then 0. */
end_standby:
  atomic {
    holder == 0 ->
    holder = me; takeEpoch(me);
    confirmed = watermark;
    expected = storedConfirmed;
    if :: expected > watermark -> expected = watermark :: else -> skip fi;
#ifdef BUG_NO_FENCE
    known[1] = (positions >= 1); known[2] = (positions >= 2); known[3] = (positions >= 3)
#endif
  }

connect:
  /* A session with the broker starts with a comparison: does the stream have everything that was marked as published? */
  atomic {
    isConnected[me] = true;
    sent = confirmed;
#ifndef BUG_LOSS_UNNOTICED
    if
    :: newestId < expected && isNewest[me] -> isLost = true; wasLost = true; expected = newestId; storedConfirmed = newestId
    :: else -> skip
    fi
#endif
  }
  do
  :: d_step { /* Claim: one transaction, for the holder of the newest epoch only. */
#ifndef BUG_NO_FENCE
      isNewest[me] &&
#endif
      positions < confirmed + 2 && (IS_FOUND(1) || IS_FOUND(2) || IS_FOUND(3)) ->
      if
      :: IS_FOUND(1) -> claim(1)
      :: else ->
        if
        :: IS_FOUND(2) -> claim(2)
        :: else -> claim(3)
        fi
      fi
    }
  :: d_step { /* Send the next position that this relay knows. */
      isConnected[me] && sent < positions ->
      sent++;
#ifdef BUG_NO_FENCE
      if
      :: known[sent] -> publish(sent)
      :: else -> skip
      fi
#else
      publish(sent)
#endif
    }
  :: d_step { /* The broker's confirms arrive. */
      isConnected[me] && confirmed < sent -> confirmed = sent; expected = sent
    }
  :: d_step { /* Mark as published. */
#ifdef BUG_MARK_BEFORE_CONFIRM
      isNewest[me] && watermark < positions -> watermark = positions; storedConfirmed = expected
#else
      isNewest[me] && watermark < confirmed -> watermark = confirmed; storedConfirmed = expected
#endif
    }
#ifdef BUG_LATE_RECONNECT
  :: !isConnected[me] -> goto connect
#else
  :: !isConnected[me] && isNewest[me] -> goto connect
#endif
  :: !isNewest[me] -> goto leave  /* It notices that it is replaced, sooner or later. */
  :: atomic { fault(); goto leave }  /* kill -9 */
  :: atomic { fault(); holder == me -> holder = 0 }  /* It is frozen, its database session ends, and it goes on as before. */
  od;
leave:
  atomic {
    if :: holder == me -> holder = 0 :: else -> skip fi;
    isNewest[me] = false; isConnected[me] = false;
    sent = 0; confirmed = 0; expected = 0;
#ifdef BUG_NEW_PUBLISHER_NAME
    newestOfMine = 0;
#endif
    goto standby
  }
}

/* The broker loses the newest messages: power is lost before they were on the disk, or a replica without them is promoted. */
proctype Broker() {
  byte last;
end_broker:
  do
  :: d_step {
      faults < FAULTS && end > first -> faults++;
      end--; stored[end] = 0; cutConnections();
      last = 0;
      if :: end > 0 -> last = stored[end - 1] :: else -> skip fi;
      newestId = last; last = 0
    }
  :: d_step { faults < FAULTS && end > first + 1 -> faults++; first++ }  /* Retention removes the oldest message. */
  :: d_step { faults < FAULTS && reader != 0 -> faults++; reader = 0 }   /* The group's partition goes to another member. */
  od
}

proctype Member(byte me) {
  byte next;      /* the offset that it reads */
  byte hand;      /* the row in hand; 0 for none */
#ifdef BUG_OFFSET_FIRST
  bool isMoved;
#endif

join:
end_join:
  atomic { reader == 0 && !isRefused -> reader = me; next = checkpoint; isUnchanged[me] = true; isSubscribed[me] = true }
  do
  :: d_step { /* Take the message at `next`. The broker delivers what it has, from there on. */
      reader == me && isSubscribed[me] && hand == 0 && next < end && !isRefused ->
      if
      :: next >= first -> hand = rowAt[stored[next]]
#ifdef BUG_READ_ON_AFTER_LOSS
      :: else -> next = first; hand = rowAt[stored[next]]
#else
      :: else -> isRefused = true; reader = 0
#endif
      fi
    }
#ifdef BUG_OFFSET_FIRST
  :: d_step { hand != 0 && !isMoved && isUnchanged[me] -> writeCheckpoint(next + 1, me); isMoved = true }
#endif
  :: d_step { /* Apply: the effect, the processed event and the checkpoint, in one transaction. */
      hand != 0 &&
#ifdef BUG_OFFSET_FIRST
      isMoved
#elif defined BUG_NO_CHECKPOINT_COMPARISON
      true
#elif defined BUG_COMPARES_OFFSETS_ONLY
      checkpoint == next
#else
      isUnchanged[me]
#endif
      ->
      if
#ifndef BUG_PROCESSED_EVENTS_IGNORED
      :: processed[hand] -> skip
#endif
      :: else ->
        processed[hand] = true; applied[hand]++;
        assert(applied[hand] == 1);
        if
        :: sequence[hand] != 0 -> assert(wasLost || sequence[hand] == lastSequence + 1); lastSequence = sequence[hand]
        :: else -> skip
        fi
      fi;
#ifdef BUG_OFFSET_FIRST
      isMoved = false;
#else
      writeCheckpoint(next + 1, me);
#endif
      next++; hand = 0
    }
  :: reader != me || !isSubscribed[me] || isRefused || !isUnchanged[me] -> goto leave  /* It notices, sooner or later. */
  :: atomic { fault(); goto leave }  /* kill -9 */
  od;
leave:
  atomic {
    if :: reader == me -> reader = 0 :: else -> skip fi;
    hand = 0; next = 0; isUnchanged[me] = false; isSubscribed[me] = false;
#ifdef BUG_OFFSET_FIRST
    isMoved = false;
#endif
    goto join
  }
}

/*
 * When a loss is reported, by the relay or by a member: the partition is recreated from the published rows in the order of their
 * positions, under a new epoch, and the group reads from its start. The relay sends what is above the watermark.
 */
proctype Operator() {
  byte pos;
end_operator:
  do
  :: d_step {
      isLost || isRefused ->
      takeEpoch(0); holder = 0; cutConnections();
      end = 0; first = 0; newestId = 0;
      pos = 0;
      do
      :: pos < EVENTS * 2 -> stored[pos] = 0; pos++
      :: else -> break
      od;
      pos = 1;
      do
      :: pos <= watermark -> stored[end] = pos; end++; pos++
      :: else -> break
      od;
      storedConfirmed = 0;
      writeCheckpoint(0, 0); reader = 0;
      isLost = false; isRefused = false; pos = 0
    }
  od
}

/* When nobody can do anything any more, every committed event is in the stream once and was applied once. */
proctype Checker() {
  byte id;
  byte at;
  byte copies;
end_checker:
  timeout ->
  id = 1;
  do
  :: id <= EVENTS ->
    copies = 0; at = 0;
    do
    :: at < end -> if :: rowAt[stored[at]] == id -> copies++ :: else -> skip fi; at++
    :: else -> break
    od;
    if
    :: row[id] == COMMITTED -> assert(copies == 1); assert(applied[id] == 1)
    :: else -> assert(copies == 0); assert(applied[id] == 0)
    fi;
    id++
  :: else -> break
  od
}

init {
  atomic {
    run FirstAggregate();
    run SecondAggregate();
    run Relay(1);
    run Relay(2);
    run Broker();
    run Member(1);
    run Member(2);
    run Operator();
    run Checker()
  }
}
