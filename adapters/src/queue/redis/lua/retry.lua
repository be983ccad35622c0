-- Makes dead messages ready again, with their attempts reset.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 dead, 6 dead:messages
-- ARGV   1 channel for wake-ups, then ids
-- RETURN how many of the ids were dead
-- A message whose id is alive again is only removed from the dead list.

local retried, ready = 0, 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local raw = redis.call('HGET', KEYS[6], id)
  redis.call('ZREM', KEYS[5], id)
  redis.call('HDEL', KEYS[6], id)
  local rank, length, from = string.match(raw or '', '^([0-2]) %d+ (%d+) ()')
  if rank then
    retried = retried + 1
    local payload = string.sub(raw, from + length + 1)
    if redis.call('HSETNX', KEYS[1], id, pack_message(tonumber(rank), 0, now(), payload)) == 1 then
      ready = ready + 1
      redis.call('RPUSH', KEYS[2 + tonumber(rank)], id)
    end
  end
end
if ready > 0 then
  redis.call('PUBLISH', ARGV[1], ready)
end
return retried
