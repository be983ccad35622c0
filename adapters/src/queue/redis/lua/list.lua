-- Lists a part of one place.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 dead, 8 dead:messages
-- ARGV   1 place (ready, delayed, leased, dead), 2 how many are passed over, 3 how many at most
-- RETURN for each message what `tell_alive` or `tell_dead` gives
-- Ids without a message (see turn.lua) are left out, so that a page may be short.

local place, over, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = now()
local listed = {}

local function tell(id, raw, until_when)
  if raw then
    listed[#listed + 1] = tell_alive(place, id, raw, until_when, time)
  end
end

if place == 'ready' then
  for i = 2, 4 do
    local length = redis.call('LLEN', KEYS[i])
    if over >= length then
      over = over - length
    elseif most > 0 then
      local ids = redis.call('LRANGE', KEYS[i], over, over + most - 1)
      over, most = 0, most - #ids
      for _, id in ipairs(ids) do
        tell(id, redis.call('HGET', KEYS[1], id))
      end
    end
  end
elseif place == 'dead' then
  -- Not ZREVRANGE: there the last position of an empty page would be the -1 of a full one.
  local dead = redis.call('ZREVRANGEBYSCORE', KEYS[7], '+inf', '-inf', 'WITHSCORES', 'LIMIT', over, most)
  for i = 1, #dead, 2 do
    listed[#listed + 1] = tell_dead(dead[i], redis.call('HGET', KEYS[8], dead[i]), dead[i + 1], time)
  end
else
  local waiting = place == 'delayed' and KEYS[5] or KEYS[6]
  local page = redis.call('ZRANGEBYSCORE', waiting, '-inf', '+inf', 'WITHSCORES', 'LIMIT', over, most)
  for i = 1, #page, 2 do
    tell(page[i], redis.call('HGET', KEYS[1], page[i]), page[i + 1])
  end
end
return listed
