-- The figures of a queue.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 paused, 8 dead, 9 counts
-- ARGV   none
-- RETURN {{ready of rank 0, 1, 2}, delayed, claimed, dead, done, cut, age of the oldest ready
--        message in microseconds (-1: none is ready), paused (1 or 0)}

local time = now()
local ready, oldest = {}, -1
for i = 2, 4 do
  ready[#ready + 1] = redis.call('LLEN', KEYS[i])
  local id = redis.call('LINDEX', KEYS[i], 0)
  local raw = id and redis.call('HGET', KEYS[1], id)
  if raw then
    local _, _, at = unpack_message(raw)
    oldest = math.max(oldest, time - at, 0)
  end
end
local counts = redis.call('HMGET', KEYS[9], 'done', 'cut')
return {
  ready,
  redis.call('ZCARD', KEYS[5]),
  redis.call('ZCARD', KEYS[6]),
  redis.call('ZCARD', KEYS[8]),
  tonumber(counts[1] or 0),
  tonumber(counts[2] or 0),
  oldest,
  redis.call('EXISTS', KEYS[7]),
}
