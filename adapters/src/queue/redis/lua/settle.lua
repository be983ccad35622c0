-- Ends a claim whose message is not done: it comes again, or is given up. `turn.lua` ends the others.
-- KEYS   1 messages, 2 delayed, 3 leases, 4 counts, 5 dead, 6 dead:messages
-- ARGV   1 bell, 2 id, 3 token, 4 what becomes of it (defer, retry, dead), 5 delay in
--        microseconds (defer, retry), 6 error (dead), 7 how many dead messages are kept
-- RETURN 1, or 0 when the claim does not hold any more

-- Bounds the work of a call where the number to keep was lowered.
local CUT_AT_ONCE = 100

local id, verdict = ARGV[2], ARGV[4]
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
if verdict == 'dead' then
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZADD', KEYS[5], string.format('%.0f', time), id)
  redis.call('HSET', KEYS[6], id, string.format('%d %d %d ', rank, attempt, #ARGV[6]) .. ARGV[6] .. ' ' .. payload)
  local over = math.min(redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[7]), CUT_AT_ONCE)
  if over > 0 then
    local cut = redis.call('ZPOPMIN', KEYS[5], over)
    for i = 1, #cut, 2 do
      redis.call('HDEL', KEYS[6], cut[i])
    end
    redis.call('HINCRBY', KEYS[4], 'cut', over)
  end
else
  if verdict == 'defer' then
    attempt = math.max(attempt - 1, 0)
  end
  redis.call('HSET', KEYS[1], id, pack_message(rank, attempt, at, payload))
  redis.call('ZADD', KEYS[2], string.format('%.0f', time + tonumber(ARGV[5])), id)
  -- Whoever waits for what was first until now has to wait less.
  if redis.call('ZRANGE', KEYS[2], 0, 0)[1] == id then
    redis.call('PUBLISH', ARGV[1], 1)
  end
end
return 1
