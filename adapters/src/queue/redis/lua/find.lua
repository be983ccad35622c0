-- Finds what there is of an id: the message that is alive, then the one that is dead.
-- KEYS   1 messages, 2 delayed, 3 leases, 4 dead, 5 dead:messages
-- ARGV   1 id
-- RETURN for each message what `tell_alive` or `tell_dead` gives

local id = ARGV[1]
local time = now()
local found = {}
local raw = redis.call('HGET', KEYS[1], id)
if raw then
  local lease, due = redis.call('ZSCORE', KEYS[3], id), redis.call('ZSCORE', KEYS[2], id)
  local place = lease and 'leased' or due and 'delayed' or 'ready'
  found[1] = tell_alive(place, id, raw, lease or due, time)
end
local died_at = redis.call('ZSCORE', KEYS[4], id)
if died_at then
  found[#found + 1] = tell_dead(id, redis.call('HGET', KEYS[5], id), died_at, time)
end
return found
