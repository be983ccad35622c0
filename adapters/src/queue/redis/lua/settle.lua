-- Ends a claim whose message is delayed or dead. `batch.lua` ends the claims that are done.
-- KEYS   1 messages, 2 delayed, 3 leases, 4 counts, 5 dead, 6 dead:messages
-- ARGV   1 channel for wake-ups, 2 id, 3 token, 4 settlement (defer, retry, dead), 5 delay in
--        microseconds (defer, retry), 6 error (dead), 7 how many dead messages are kept, 8 the id
--        in the dead list
-- RETURN 1, or 0 if the claim is no longer valid

-- Limits the work of a call after the number of kept messages was lowered.
local CUT_AT_ONCE = 100

local id, settlement = ARGV[2], ARGV[4]
local raw = redis.call('HGET', KEYS[1], id)
if not raw or not redis.call('ZSCORE', KEYS[3], id) then
  return 0
end
local rank, attempt, at, payload = unpack_message(raw)
if at ~= tonumber(ARGV[3]) then
  return 0
end

local time = now()
redis.call('ZREM', KEYS[3], id)
if settlement == 'dead' then
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZADD', KEYS[5], string.format('%.0f', time), ARGV[8])
  redis.call('HSET', KEYS[6], ARGV[8], string.format('%d %d %d ', rank, attempt, #ARGV[6]) .. ARGV[6] .. ' ' .. payload)
  local over = math.min(redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[7]), CUT_AT_ONCE)
  if over > 0 then
    local cut = redis.call('ZPOPMIN', KEYS[5], over)
    for i = 1, #cut, 2 do
      redis.call('HDEL', KEYS[6], cut[i])
    end
    redis.call('HINCRBY', KEYS[4], 'cut', over)
  end
else
  if settlement == 'defer' then
    attempt = math.max(attempt - 1, 0)
  end
  redis.call('HSET', KEYS[1], id, pack_message(rank, attempt, at, payload))
  redis.call('ZADD', KEYS[2], string.format('%.0f', time + tonumber(ARGV[5])), id)
  -- A waiting claim sleeps until the message that was first before.
  if redis.call('ZRANGE', KEYS[2], 0, 0)[1] == id then
    redis.call('PUBLISH', ARGV[1], 1)
  end
end
return 1
