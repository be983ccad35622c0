-- Goes before every other script: how a message stands in the hash `messages`, and a worker in the
-- hash `workers`. A message is the text
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

-- What a person is told of a message, all spans in microseconds and -1 where there is none:
--   {place, id, payload, rank, attempts, since, left, error}
local function tell_alive(place, id, raw, until_when, time)
  local rank, attempt, at, payload = unpack_message(raw)
  local since = place == 'delayed' and -1 or math.max(time - at, 0)
  local left = until_when and math.max(tonumber(until_when) - time, 0) or -1
  return { place, id, payload, rank, attempt, since, left, '' }
end

-- Nothing of a dead message that cannot be read.
local function tell_dead(id, raw, died_at, time)
  local rank, attempts, length, from = string.match(raw or '', '^([0-2]) (%d+) (%d+) ()')
  if not rank then
    return nil
  end
  local why = string.sub(raw, from, from + length - 1)
  local payload = string.sub(raw, from + length + 1)
  local since = math.max(time - tonumber(died_at), 0)
  return { 'dead', id, payload, tonumber(rank), tonumber(attempts), since, -1, why }
end

-- A worker is the text `<begun> <heard>`, both in microseconds. An empty name has nothing to tell.
local function sign_in(workers, name, age, silence)
  if name == '' then
    return
  end
  local time = now()
  local told = redis.call('HGETALL', workers)
  for i = 1, #told, 2 do
    local heard = tonumber(string.match(told[i + 1], ' (%d+)$') or 0)
    if heard < time - tonumber(silence) then
      redis.call('HDEL', workers, told[i])
    end
  end
  redis.call('HSET', workers, name, string.format('%.0f %.0f', time - tonumber(age), time))
  redis.call('PEXPIRE', workers, string.format('%.0f', tonumber(silence) / 1000))
end
