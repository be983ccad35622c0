-- Takes a dead message off the list for good.
-- KEYS   1 dead, 2 dead:messages
-- ARGV   1 id
-- RETURN 1, or 0 when there is no such dead message

redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('HDEL', KEYS[2], ARGV[1])
