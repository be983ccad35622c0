-- Lists who claims from the queue.
-- KEYS   1 workers
-- ARGV   1 the silence after which one is gone, in microseconds
-- RETURN for each {name, how long ago it began, how long ago it was heard}, in microseconds

local time = now()
local listed = {}
local told = redis.call('HGETALL', KEYS[1])
for i = 1, #told, 2 do
  local begun, heard = string.match(told[i + 1], '^(%d+) (%d+)$')
  if heard and tonumber(heard) >= time - tonumber(ARGV[1]) then
    listed[#listed + 1] = { told[i], math.max(time - tonumber(begun), 0), math.max(time - tonumber(heard), 0) }
  end
end
return listed
