-- Deletes dead messages.
-- KEYS   1 dead, 2 dead:messages
-- ARGV   ids
-- RETURN how many of the ids were dead

local discarded = 0
for _, id in ipairs(ARGV) do
  redis.call('ZREM', KEYS[1], id)
  discarded = discarded + redis.call('HDEL', KEYS[2], id)
end
return discarded
