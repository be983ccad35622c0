-- Lines up what is due, and takes the first message on a lease.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 paused, 8 workers
-- ARGV   1 bell, 2 lease in microseconds, 3 how many are lined up at most, of each kind; 4 name of the
--        worker, or nothing, 5 its age, 6 the silence after which one is gone, in microseconds
-- RETURN {wait, id, payload, attempt, token}; without a message the id is empty and `wait` tells when
--        the next one falls due, in microseconds (-1: none is known of)

-- Ids without a message are left behind where Redis threw `messages` away for want of memory. They
-- are passed over, so many in one call.
local PASSED_OVER = 1000

local time = now()
sign_in(KEYS[8], ARGV[4], ARGV[5], ARGV[6], time)
if redis.call('EXISTS', KEYS[7]) == 1 then
  return { -1, '', '', 0, 0 }
end

local function line_up(waiting)
  local due = redis.call('ZRANGEBYSCORE', waiting, '-inf', string.format('%.0f', time), 'WITHSCORES', 'LIMIT', 0, ARGV[3])
  for i = 1, #due, 2 do
    local id, since = due[i], tonumber(due[i + 1])
    redis.call('ZREM', waiting, id)
    local raw = redis.call('HGET', KEYS[1], id)
    if raw then
      local rank, attempt, at, payload = unpack_message(raw)
      redis.call('HSET', KEYS[1], id, pack_message(rank, attempt, math.max(at, since), payload))
      redis.call('RPUSH', KEYS[2 + rank], id)
    end
  end
  return #due / 2
end

local function first()
  for _ = 1, PASSED_OVER do
    local id = redis.call('LPOP', KEYS[2]) or redis.call('LPOP', KEYS[3]) or redis.call('LPOP', KEYS[4])
    if not id then
      return nil, -1
    end
    local raw = redis.call('HGET', KEYS[1], id)
    if raw and not redis.call('ZSCORE', KEYS[6], id) then
      return id, raw
    end
  end
  return nil, 0
end

-- Ended leases first: they have waited longer.
local lined_up = line_up(KEYS[6]) + line_up(KEYS[5])
if lined_up > 1 then
  redis.call('PUBLISH', ARGV[1], lined_up)
end

local id, raw = first()
if id then
  local rank, attempt, at, payload = unpack_message(raw)
  local token = math.max(time, at + 1)
  redis.call('HSET', KEYS[1], id, pack_message(rank, attempt + 1, token, payload))
  redis.call('ZADD', KEYS[6], string.format('%.0f', time + tonumber(ARGV[2])), id)
  return { 0, id, payload, attempt + 1, token }
end

local wait = raw
for _, waiting in ipairs({ KEYS[5], KEYS[6] }) do
  local next_due = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
  if next_due then
    local until_due = math.max(tonumber(next_due) - time, 0)
    if wait < 0 or until_due < wait then
      wait = until_due
    end
  end
end
return { wait, '', '', 0, 0 }
