-- One turn at the counter, for all who ask at this moment: ends claims whose work is done, then takes
-- the next messages on a lease. Few commands whatever their number: each is a call to Redis.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 paused, 8 counts, 9 workers
-- ARGV   1 bell, 2 lease in microseconds, 3 how many are lined up at most, of each kind, 4 how many
--        messages are wanted, 5 when what is due is lined up (always, empty: only if too few are
--        ready, idle: the same, and nothing else is asked of a queue that is empty); 6 name of the
--        worker, or nothing, 7 its age, 8 the silence after which one is gone, in microseconds; then
--        for each claim that is done two: id, token
-- RETURN {wait, held, messages}. `wait`, where no message is there: when the next one falls due, in
--        microseconds (-1: none is known of); `held`: for each claim 1, or 0 when it did not hold any
--        more; each message {id, payload, attempt, token}

-- Ids without a message are left behind where Redis threw `messages` away for want of memory. They
-- are passed over, so many in one call.
local PASSED_OVER = 1000

-- What is known of the ids: their messages and their leases, both false where there is none.
local function look_up(ids)
  if #ids == 0 then
    return {}, {}
  end
  return redis.call('HMGET', KEYS[1], unpack(ids)), redis.call('ZMSCORE', KEYS[6], unpack(ids))
end

local function claims_that_are_done()
  local ids, tokens = {}, {}
  for i = 9, #ARGV, 2 do
    ids[#ids + 1] = ARGV[i]
    tokens[#ids] = tonumber(ARGV[i + 1])
  end
  return ids, tokens
end

local function end_claims(ids, tokens, raws, leased)
  local held, done, seen = {}, {}, {}
  for n = 1, #tokens do
    local id = ids[n]
    local holds = raws[n] and leased[n] and not seen[id]
    if holds then
      local _, _, token = unpack_message(raws[n])
      holds = token == tokens[n]
    end
    if holds then
      held[n] = '1'
      seen[id] = true
      done[#done + 1] = id
    else
      held[n] = '0'
    end
  end
  if #done > 0 then
    redis.call('ZREM', KEYS[6], unpack(done))
    redis.call('HDEL', KEYS[1], unpack(done))
    redis.call('HINCRBY', KEYS[8], 'done', #done)
  end
  return table.concat(held)
end

local function line_up(waiting, time)
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

-- Ended leases first: they have waited longer.
local function line_up_what_is_due(time)
  local lined_up = line_up(KEYS[6], time) + line_up(KEYS[5], time)
  if lined_up > 1 then
    redis.call('PUBLISH', ARGV[1], lined_up)
  end
  return lined_up
end

-- Adds up to `wanted` ids that are ready to `ids`, from the first of the lists of ranks on.
local function pop(ids, wanted, first)
  local most = #ids + wanted
  for key = first, 4 do
    local popped = #ids < most and redis.call('LPOP', KEYS[key], most - #ids)
    for _, id in ipairs(popped or {}) do
      ids[#ids + 1] = id
    end
  end
end

-- Takes of `ids`, from number `from` on, what is a message and on no lease; returns how many are
-- neither.
local function lease(taken, ids, from, raws, leased, time)
  local until_ = string.format('%.0f', time + tonumber(ARGV[2]))
  local messages, leases, seen, passed_over = {}, {}, {}, 0
  for n = from, #ids do
    local id = ids[n]
    if raws[n] and not leased[n] and not seen[id] then
      local rank, attempt, at, payload = unpack_message(raws[n])
      local token = math.max(time, at + 1)
      seen[id] = true
      messages[#messages + 1] = id
      messages[#messages + 1] = pack_message(rank, attempt + 1, token, payload)
      leases[#leases + 1] = until_
      leases[#leases + 1] = id
      taken[#taken + 1] = { id, payload, attempt + 1, token }
    else
      passed_over = passed_over + 1
    end
  end
  if #messages > 0 then
    redis.call('HSET', KEYS[1], unpack(messages))
    redis.call('ZADD', KEYS[6], unpack(leases))
  end
  return passed_over
end

-- Adds to `taken` until there are `wanted`; false when there may be more that could not be reached.
local function take(taken, wanted, time)
  local passed_over = 0
  while #taken < wanted do
    local ids, most = {}, wanted - #taken
    pop(ids, most, 2)
    local raws, leased = look_up(ids)
    passed_over = passed_over + lease(taken, ids, 1, raws, leased, time)
    if #ids < most then
      return true
    end
    if passed_over >= PASSED_OVER then
      return false
    end
  end
  return true
end

local function next_due(time)
  local wait = -1
  for _, waiting in ipairs({ KEYS[5], KEYS[6] }) do
    local due = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
    if due then
      local until_due = math.max(tonumber(due) - time, 0)
      if wait < 0 or until_due < wait then
        wait = until_due
      end
    end
  end
  return wait
end

-- How many messages may be taken, and the first list where there may be one. One call where nothing is
-- urgent and nothing paused.
local function what_may_be_taken()
  local wanted = tonumber(ARGV[4])
  if wanted == 0 or redis.call('EXISTS', KEYS[7], KEYS[2], KEYS[3]) == 0 then
    return wanted, 4
  end
  return redis.call('EXISTS', KEYS[7]) == 1 and 0 or wanted, 2
end

local function nothing_is_there()
  return redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]) == 0
end

sign_in(KEYS[9], ARGV[6], ARGV[7], ARGV[8])
local ids, tokens = claims_that_are_done()
local look = ARGV[5]
if look == 'idle' and #ids == 0 and nothing_is_there() then
  return { -1, '', {} }
end
local wanted, first = what_may_be_taken()
if wanted > 0 then
  pop(ids, wanted, first)
end
local popped = #ids - #tokens
local raws, leased = look_up(ids)
local held = end_claims(ids, tokens, raws, leased)
if wanted == 0 or (look == 'idle' and popped == 0 and nothing_is_there()) then
  return { -1, held, {} }
end

local time, taken = now(), {}
lease(taken, ids, #tokens + 1, raws, leased, time)
local all = popped < wanted or #taken == wanted or take(taken, wanted, time)
if look == 'always' or (#taken < wanted and all) then
  if line_up_what_is_due(time) > 0 and #taken < wanted then
    all = take(taken, wanted, time)
  end
end
if #taken > 0 then
  return { 0, held, taken }
end
return { all and next_due(time) or 0, held, {} }
