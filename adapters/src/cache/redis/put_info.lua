-- Merges basic information into the cache: the newer one wins, field by field, and keeps the fields
-- that it lacks; a stored one of the future loses. The SQL cache merges by the same rules.
--
-- KEYS  one for each entry
-- ARGV  1 milliseconds after which an entry expires unless it changes
--       2.. the entries, in the order of KEYS: JSON objects with `at` in milliseconds since 1970, and a field for each known value
-- Returns how many entries were written.

-- Nothing can have been seen later: no process whose clock is off by more than a minute works.
local LATEST = redis.call('TIME')[1] * 1000 + 60000

local written = 0
for i, key in ipairs(KEYS) do
  local text = ARGV[i + 1]
  local stored = redis.call('GET', key)
  local readable, old = false, nil
  if stored then
    readable, old = pcall(cjson.decode, stored)
  end
  if readable and type(old) == 'table' and type(old.at) == 'number' then
    local new = cjson.decode(text)
    if new.at > old.at or old.at > LATEST then
      for field, value in pairs(new) do
        old[field] = value
      end
      text = cjson.encode(old)
    else
      text = nil
    end
  end
  if text then
    redis.call('SET', key, text, 'PX', ARGV[1])
    written = written + 1
  end
end
return written
