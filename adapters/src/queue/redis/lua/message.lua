-- Goes before every other script: how a message stands in the hash `messages`, as the text
--   <rank> <attempt> <at> <payload>
-- `at` is in microseconds: when the message was lined up or, while it is claimed, when that was. It
-- only grows, so that it is the fencing token of the claim, too. What a person wrote there by hand
-- and cannot be read so is a payload of the last rank.
-- No KEYS, no ARGV, no return.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function unpack_message(raw)
  local rank, attempt, at, from = string.match(raw, '^([0-2]) (%d+) (%d+) ()')
  if not rank then
    return 2, 0, 0, raw
  end
  return tonumber(rank), tonumber(attempt), tonumber(at), string.sub(raw, from)
end

local function pack_message(rank, attempt, at, payload)
  return string.format('%d %d %.0f ', rank, attempt, at) .. payload
end
