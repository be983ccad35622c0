-- Merges entries into the cache, part by part: the newer observation wins, a stored one of the
-- future loses, and an unknown part leaves the stored one unchanged. The SQL cache merges by the same
-- rules.
--
-- KEYS  one for each entry
-- ARGV  1 milliseconds after which an entry expires unless it changes
--       2.. the entries, in the order of KEYS: price, priced at, stock, stocked at, empty;
--       separated by commas, unknown ones empty, instants in milliseconds since 1970
-- Returns how many entries were written.

local ENTRY = '^(%d*),(%-?%d*),(%w*),(%-?%d*),(%-?%d*)$'

-- Nothing can have been seen later: no process whose clock is off by more than a minute works.
local LATEST = redis.call('TIME')[1] * 1000 + 60000

local function newer(new, old)
  return new ~= '' and (old == '' or tonumber(new) > tonumber(old) or tonumber(old) > LATEST)
end

local function merge(new, old)
  local price, priced_at, stock, stocked_at = string.match(new, ENTRY)
  local old_price, old_priced_at, old_stock, old_stocked_at = string.match(old, ENTRY)
  if not old_price then
    return new
  end
  if not newer(priced_at, old_priced_at) then
    price, priced_at = old_price, old_priced_at
  end
  if not newer(stocked_at, old_stocked_at) then
    stock, stocked_at = old_stock, old_stocked_at
  end
  return table.concat({ price, priced_at, stock, stocked_at, '' }, ',')
end

local written = 0
for i, key in ipairs(KEYS) do
  local new, old = ARGV[i + 1], redis.call('GET', key)
  local merged = old and merge(new, old) or new
  if merged ~= old then
    redis.call('SET', key, merged, 'PX', ARGV[1])
    written = written + 1
  end
end
return written
