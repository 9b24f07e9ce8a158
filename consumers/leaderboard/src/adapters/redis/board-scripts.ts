// Every script begins with this check. A keeper that was considered dead and continues is refused ('fenced') after a later
// keeper has written. ARGV[1] is the fence.
const FENCE = `
  local known = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
  if known > tonumber(ARGV[1]) then return 'fenced' end
  redis.call('HSET', KEYS[1], 'fence', ARGV[1])`;

/** KEYS: state, kept. ARGV: fence, projection, run id, lifetime of `kept` in milliseconds. */
export const LOOK = `${FENCE}
  local state = redis.call('HMGET', KEYS[1], 'token', 'projection', 'run', 'minute')
  if not state[1] or state[2] ~= ARGV[2] or state[3] ~= ARGV[3] then return 'missing' end
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[4])
  return {state[1], state[4]}`;

/** KEYS: state. ARGV: fence, projection, run id, token, minute. */
export const BEGIN = `${FENCE}
  redis.call('HDEL', KEYS[1], 'token')
  redis.call('HSET', KEYS[1], 'building', ARGV[4], 'projection', ARGV[2], 'run', ARGV[3], 'minute', ARGV[5])
  return 'written'`;

/**
 * KEYS: state. ARGV: fence, token, key prefix of the boards, hottest board, sellers' board, auctions, sellers.
 * Auctions: [key of the bidders, item id, recent bids ("0" when closed), lifetime of the bidders in ms, [amount, member, …]].
 */
export const WRITE = `${FENCE}
  local state = redis.call('HMGET', KEYS[1], 'token', 'building')
  if state[1] ~= ARGV[2] and state[2] ~= ARGV[2] then return 'lost' end
  for _, auction in ipairs(cjson.decode(ARGV[6])) do
    local bidders = ARGV[3] .. auction[1]
    redis.call('DEL', bidders)
    if #auction[5] > 0 then
      redis.call('ZADD', bidders, unpack(auction[5]))
      redis.call('PEXPIRE', bidders, auction[4])
    end
    if auction[3] == '0' then redis.call('ZREM', ARGV[3] .. ARGV[4], auction[2])
    else redis.call('ZADD', ARGV[3] .. ARGV[4], auction[3], auction[2]) end
  end
  for _, seller in ipairs(cjson.decode(ARGV[7])) do
    redis.call('ZADD', ARGV[3] .. ARGV[5], seller[2], seller[1])
  end
  return 'written'`;

/** KEYS: state, kept. ARGV: fence, token, lifetime of `kept` in milliseconds. */
export const FINISH = `${FENCE}
  if redis.call('HGET', KEYS[1], 'building') ~= ARGV[2] then return 'lost' end
  redis.call('HDEL', KEYS[1], 'building')
  redis.call('HSET', KEYS[1], 'token', ARGV[2])
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
  return 'written'`;

/** KEYS: state. ARGV: fence, token, minute. */
export const SET_MINUTE = `${FENCE}
  if redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return 'lost' end
  redis.call('HSET', KEYS[1], 'minute', ARGV[3])
  return 'written'`;
