-- Merges entries into the cache, part by part: the newer observation wins, a stored one of the
-- future loses, and an unknown part leaves the stored one unchanged. The SQL cache merges by the same
-- rules.
--
-- KEYS  one for each entry
-- ARGV  1 milliseconds after which an entry expires unless it changes
--       2.. the entries, in the order of KEYS: price, priced at, stock, stocked at, invalid since;
--       separated by commas, unknown ones empty, instants in milliseconds since 1970
-- Returns how many entries were written.

local ENTRY = '^(%d*),(%-?%d*),(%w*),(%-?%d*),(%-?%d*)$'

-- Nothing can have been seen later: no process whose clock is off by more than a minute works.
local LATEST = redis.call('TIME')[1] * 1000 + 60000

local function newer(new, old)
  return new ~= '' and (old == '' or tonumber(new) > tonumber(old) or tonumber(old) > LATEST)
end

-- An invalid product keeps the first instant, until a newer price proves that it exists.
local function invalid_since(new, new_priced_at, old, old_priced_at)
  if old ~= '' and tonumber(old) > LATEST then
    return new
  end
  if new ~= '' and not newer(old_priced_at, new) then
    return old ~= '' and old or new
  end
  if new == '' and old ~= '' and newer(new_priced_at, old) then
    return ''
  end
  return old
end

local function merge(new, old)
  local price, priced_at, stock, stocked_at, invalid = string.match(new, ENTRY)
  local old_price, old_priced_at, old_stock, old_stocked_at, old_invalid = string.match(old, ENTRY)
  if not old_price then
    return new
  end
  local since = invalid_since(invalid, priced_at, old_invalid, old_priced_at)
  if not newer(priced_at, old_priced_at) then
    price, priced_at = old_price, old_priced_at
  end
  if not newer(stocked_at, old_stocked_at) then
    stock, stocked_at = old_stock, old_stocked_at
  end
  return table.concat({ price, priced_at, stock, stocked_at, since }, ',')
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
