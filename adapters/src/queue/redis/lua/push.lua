-- Puts messages on the queue whose ids are not alive.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed
-- ARGV   1 bell; then for each message four: id, rank, delay in microseconds, payload
-- RETURN how many were new
-- The microsecond that each message of a call is later than the one before keeps the order of those
-- that are delayed alike.

local at = now()
local new = 0
for i = 2, #ARGV, 4 do
  local id, rank, delay, payload = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]
  at = at + 1
  if redis.call('HSETNX', KEYS[1], id, pack_message(rank, 0, at, payload)) == 1 then
    new = new + 1
    if delay > 0 then
      redis.call('ZADD', KEYS[5], string.format('%.0f', at + delay), id)
    else
      redis.call('RPUSH', KEYS[2 + rank], id)
    end
  end
end
if new > 0 then
  redis.call('PUBLISH', ARGV[1], new)
end
return new
