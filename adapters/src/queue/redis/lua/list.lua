-- Lists one page of the messages in one state.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 dead, 8 dead:messages
-- ARGV   1 state (ready, delayed, leased, dead), 2 how many to skip, 3 how many to list at most
-- RETURN for each message what `alive_info` or `dead_info` returns
-- Ids without a message (see batch.lua) are left out, so that a page may be short.

local state, over, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = now()
local listed = {}

local function add(id, raw, until_when)
  if raw then
    listed[#listed + 1] = alive_info(state, id, raw, until_when, time)
  end
end

if state == 'ready' then
  for i = 2, 4 do
    local length = redis.call('LLEN', KEYS[i])
    if over >= length then
      over = over - length
    elseif most > 0 then
      local ids = redis.call('LRANGE', KEYS[i], over, over + most - 1)
      over, most = 0, most - #ids
      for _, id in ipairs(ids) do
        add(id, redis.call('HGET', KEYS[1], id))
      end
    end
  end
elseif state == 'dead' then
  -- Not ZREVRANGE: an empty page would have -1 as its last index, which means the end of the set.
  local dead = redis.call('ZREVRANGEBYSCORE', KEYS[7], '+inf', '-inf', 'WITHSCORES', 'LIMIT', over, most)
  for i = 1, #dead, 2 do
    listed[#listed + 1] = dead_info(dead[i], redis.call('HGET', KEYS[8], dead[i]), dead[i + 1], time)
  end
else
  local waiting = state == 'delayed' and KEYS[5] or KEYS[6]
  local page = redis.call('ZRANGEBYSCORE', waiting, '-inf', '+inf', 'WITHSCORES', 'LIMIT', over, most)
  for i = 1, #page, 2 do
    add(page[i], redis.call('HGET', KEYS[1], page[i]), page[i + 1])
  end
end
return listed
