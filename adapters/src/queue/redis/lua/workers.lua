-- Lists the workers of the queue.
-- KEYS   1 workers
-- ARGV   1 silence in microseconds after which a worker counts as ended
-- RETURN for each {name, its age, time since its last heartbeat}, in microseconds

local time = now()
local listed = {}
local known = redis.call('HGETALL', KEYS[1])
for i = 1, #known, 2 do
  local begun, heard = string.match(known[i + 1], '^(%d+) (%d+)$')
  if heard and tonumber(heard) >= time - tonumber(ARGV[1]) then
    listed[#listed + 1] = { known[i], math.max(time - tonumber(begun), 0), math.max(time - tonumber(heard), 0) }
  end
end
return listed
