-- Precedes every other script: the format of a message in the hash `messages` and of a worker in
-- the hash `workers`. A message is the text
--   <rank> <attempt> <at> <payload>
-- `at` is the instant in microseconds at which the message became ready or, while it is claimed, of
-- the claim. It only grows, so that it is also the fencing token of the claim. Any other text,
-- written by hand, is a payload of the last rank; also one with numbers that no program of ours
-- writes or reads. No KEYS, no ARGV, no return.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function unpack_message(raw)
  local rank, attempt, at, from = string.match(raw, '^([0-2]) (%d+) (%d+) ()')
  if not rank or #attempt > 9 or #at > 16 then
    return 2, 0, 0, raw
  end
  return tonumber(rank), tonumber(attempt), tonumber(at), string.sub(raw, from)
end

local function pack_message(rank, attempt, at, payload)
  return string.format('%d %d %.0f ', rank, attempt, at) .. payload
end

-- A message as people see it; spans are in microseconds, -1 if there is none:
--   {state, id, payload, rank, attempts, since, left, error}
local function alive_info(state, id, raw, until_when, time)
  local rank, attempt, at, payload = unpack_message(raw)
  local since = state == 'delayed' and -1 or math.max(time - at, 0)
  local left = until_when and math.max(tonumber(until_when) - time, 0) or -1
  return { state, id, payload, rank, attempt, since, left, '' }
end

-- The same for a dead message; nil if it is unreadable.
local function dead_info(id, raw, died_at, time)
  local rank, attempts, length, from = string.match(raw or '', '^([0-2]) (%d+) (%d+) ()')
  if not rank or #attempts > 9 then
    return nil
  end
  local why = string.sub(raw, from, from + length - 1)
  local payload = string.sub(raw, from + length + 1)
  local since = math.max(time - tonumber(died_at), 0)
  return { 'dead', id, payload, tonumber(rank), tonumber(attempts), since, -1, why }
end

-- A worker is the text `<begun> <heard>`, both in microseconds. A call with an empty name carries
-- no heartbeat.
local function heartbeat(workers, name, age, silence)
  if name == '' then
    return
  end
  local time = now()
  local known = redis.call('HGETALL', workers)
  for i = 1, #known, 2 do
    local heard = tonumber(string.match(known[i + 1], ' (%d+)$') or 0)
    if heard < time - tonumber(silence) then
      redis.call('HDEL', workers, known[i])
    end
  end
  redis.call('HSET', workers, name, string.format('%.0f %.0f', time - tonumber(age), time))
  redis.call('PEXPIRE', workers, string.format('%.0f', tonumber(silence) / 1000))
end
