-- Finds the alive message of an id, then the dead one, as far as they exist.
-- KEYS   1 messages, 2 delayed, 3 leases, 4 dead, 5 dead:messages
-- ARGV   1 id
-- RETURN for each message what `alive_info` or `dead_info` returns

local id = ARGV[1]
local time = now()
local found = {}
local raw = redis.call('HGET', KEYS[1], id)
if raw then
  local lease, due = redis.call('ZSCORE', KEYS[3], id), redis.call('ZSCORE', KEYS[2], id)
  local state = lease and 'leased' or due and 'delayed' or 'ready'
  found[1] = alive_info(state, id, raw, lease or due, time)
end
local died_at = redis.call('ZSCORE', KEYS[4], id)
if died_at then
  found[#found + 1] = dead_info(id, redis.call('HGET', KEYS[5], id), died_at, time)
end
return found
