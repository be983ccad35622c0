-- Pushes the messages whose ids are not alive. One that is alive and delayed for too long becomes
-- due as early as the pushed one would.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed
-- ARGV   1 channel for wake-ups, 2 the longest delay in microseconds that an alive message keeps;
--        then four for each message: id, rank, delay in microseconds, payload
-- RETURN for each message 1 if it was new, or 0
-- Each message of a call is one microsecond later than the one before, which keeps the order of
-- messages with the same delay.
-- A waiting claim has found all lists empty, so that only a push to an empty list needs a wake-up.

local ids = {}
for i = 3, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
local alive = redis.call('HMGET', KEYS[1], unpack(ids))

local at = now()
local new, messages, ready, delayed = {}, {}, { {}, {}, {} }, {}
local again, wanted = {}, {}
for n, id in ipairs(ids) do
  local rank, delay, payload = tonumber(ARGV[4 * n]), tonumber(ARGV[4 * n + 1]), ARGV[4 * n + 2]
  at = at + 1
  if alive[n] then
    new[n] = '0'
    again[#again + 1] = id
    wanted[#again] = at + delay
  elseif messages[id] then
    new[n] = '0'
  else
    new[n] = '1'
    messages[id] = true
    messages[#messages + 1] = id
    messages[#messages + 1] = pack_message(rank, 0, at, payload)
    if delay > 0 then
      delayed[#delayed + 1] = string.format('%.0f', at + delay)
      delayed[#delayed + 1] = id
    else
      ready[rank + 1][#ready[rank + 1] + 1] = id
    end
  end
end

if #messages > 0 then
  redis.call('HSET', KEYS[1], unpack(messages))
end
local wake = #delayed > 0
if wake then
  redis.call('ZADD', KEYS[5], unpack(delayed))
end
if #again > 0 then
  local due = redis.call('ZMSCORE', KEYS[5], unpack(again))
  for n, id in ipairs(again) do
    if due[n] and tonumber(due[n]) > wanted[n] + tonumber(ARGV[2]) then
      redis.call('ZADD', KEYS[5], string.format('%.0f', wanted[n]), id)
      wake = true
    end
  end
end
for rank, list in ipairs(ready) do
  if #list > 0 and redis.call('RPUSH', KEYS[1 + rank], unpack(list)) == #list then
    wake = true
  end
end
if wake then
  redis.call('PUBLISH', ARGV[1], #messages / 2)
end
return table.concat(new)
