-- Lines a dead message up again, as if it were pushed for the first time.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 dead, 6 dead:messages
-- ARGV   1 bell, 2 id
-- RETURN 1, or 0 when there is no such dead message
-- Where a message of the id is alive again already, that one stands for it.

local id = ARGV[2]
local raw = redis.call('HGET', KEYS[6], id)
redis.call('ZREM', KEYS[5], id)
if not raw then
  return 0
end
redis.call('HDEL', KEYS[6], id)
local rank, length, from = string.match(raw, '^([0-2]) %d+ (%d+) ()')
if not rank then
  return 0
end
local payload = string.sub(raw, from + length + 1)
if redis.call('HSETNX', KEYS[1], id, pack_message(tonumber(rank), 0, now(), payload)) == 1 then
  redis.call('RPUSH', KEYS[2 + tonumber(rank)], id)
  redis.call('PUBLISH', ARGV[1], 1)
end
return 1
