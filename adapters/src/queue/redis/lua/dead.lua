-- Lists the dead messages, the last one first.
-- KEYS   1 dead, 2 dead:messages
-- ARGV   1 how many at most
-- RETURN for each message {id, payload, attempts, error, age in microseconds}

local time = now()
local listed = {}
-- Not ZREVRANGE: there the last position of an empty list would be the -1 of a full one.
local dead = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[1])
for i = 1, #dead, 2 do
  local raw = redis.call('HGET', KEYS[2], dead[i])
  local _, attempts, length, from = string.match(raw or '', '^(%d) (%d+) (%d+) ()')
  if attempts then
    local why = string.sub(raw, from, from + length - 1)
    local payload = string.sub(raw, from + length + 1)
    local age = math.max(time - tonumber(dead[i + 1]), 0)
    listed[#listed + 1] = { dead[i], payload, tonumber(attempts), why, age }
  end
end
return listed
