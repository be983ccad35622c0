-- Extends a lease.
-- KEYS   1 messages, 2 leases, 3 workers
-- ARGV   1 id, 2 token, 3 lease in microseconds, 4-6 the worker, as 6-8 of batch.lua
-- RETURN 1, or 0 if the claim is no longer valid

heartbeat(KEYS[3], ARGV[4], ARGV[5], ARGV[6])
local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return 0
end
local _, _, token = unpack_message(raw)
if token ~= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', KEYS[2], string.format('%.0f', now() + tonumber(ARGV[3])), ARGV[1])
return 1
