-- One batch of a process: ends claims that are done, then claims the next messages. The number of
-- commands hardly depends on the size of the batch, since each command costs time.
-- KEYS   1 messages, 2-4 ready:0 ready:1 ready:2, 5 delayed, 6 leases, 7 paused, 8 counts,
--        9 workers
-- ARGV   1 channel for wake-ups, 2 lease in microseconds, 3 the most due messages to make ready,
--        and the most ended leases, 4 how many messages are wanted, 5 when to make due messages
--        ready (always; empty: only if too few are ready; idle: the same, and an empty queue is
--        not examined further), 6 name of the worker or empty, 7 its age, 8 silence after which a
--        worker counts as ended, both in microseconds; then two for each claim that is done: id,
--        token
-- RETURN {wait, valid, messages}. `wait`, if there are no messages: microseconds until the next one
--        is due (-1: none); `valid`: for each claim that is done 1, or 0 if it was no longer valid;
--        messages: {id, payload, attempt, token} each

-- If Redis evicts `messages` for lack of memory, ids without a message remain in the lists. They
-- are skipped, at most so many in one call.
local SKIPPED = 1000
-- Microseconds: a job is put off until its shop is called again, at most a day (LONGEST_PARK), and
-- clocks are off by at most a minute (MOST_OFF).
local LONGEST_DELAY, MOST_OFF = 86400000000, 60000000

-- The messages and the leases of the ids, false for each that does not exist.
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
  local valid, done, seen = {}, {}, {}
  for n = 1, #tokens do
    local id = ids[n]
    local holds = raws[n] and leased[n] and not seen[id]
    if holds then
      local _, _, token = unpack_message(raws[n])
      holds = token == tokens[n]
    end
    if holds then
      valid[n] = '1'
      seen[id] = true
      done[#done + 1] = id
    else
      valid[n] = '0'
    end
  end
  if #done > 0 then
    redis.call('ZREM', KEYS[6], unpack(done))
    redis.call('HDEL', KEYS[1], unpack(done))
    redis.call('HINCRBY', KEYS[8], 'done', #done)
  end
  return table.concat(valid)
end

local function make_ready(waiting, time)
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

-- What waits for longer than anything can waits since before the clock of Redis was set back: it is due.
local function end_waits_of_the_future(waiting, longest, time)
  local latest = string.format('(%.0f', time + longest + MOST_OFF)
  local wrong = redis.call('ZRANGEBYSCORE', waiting, latest, '+inf', 'LIMIT', 0, ARGV[3])
  for _, id in ipairs(wrong) do
    redis.call('ZADD', waiting, string.format('%.0f', time), id)
  end
end

-- Ended leases first, since their messages have waited longer.
local function make_due_ready(time)
  end_waits_of_the_future(KEYS[6], tonumber(ARGV[2]), time)
  end_waits_of_the_future(KEYS[5], LONGEST_DELAY, time)
  local ready = make_ready(KEYS[6], time) + make_ready(KEYS[5], time)
  if ready > 1 then
    redis.call('PUBLISH', ARGV[1], ready)
  end
  return ready
end

-- Adds up to `wanted` ready ids to `ids`, from the ready list with the key number `first` on.
local function pop(ids, wanted, first)
  local most = #ids + wanted
  for key = first, 4 do
    local popped = #ids < most and redis.call('LPOP', KEYS[key], most - #ids)
    for _, id in ipairs(popped or {}) do
      ids[#ids + 1] = id
    end
  end
end

-- Claims the `ids` from number `from` on that have a message and no lease; returns how many were
-- skipped.
local function lease(taken, ids, from, raws, leased, time)
  local until_ = string.format('%.0f', time + tonumber(ARGV[2]))
  local messages, leases, seen, skipped = {}, {}, {}, 0
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
      skipped = skipped + 1
    end
  end
  if #messages > 0 then
    redis.call('HSET', KEYS[1], unpack(messages))
    redis.call('ZADD', KEYS[6], unpack(leases))
  end
  return skipped
end

-- Claims until `taken` has `wanted` messages; false if too many ids were skipped to see all of
-- them.
local function take(taken, wanted, time)
  local skipped = 0
  while #taken < wanted do
    local ids, most = {}, wanted - #taken
    pop(ids, most, 2)
    local raws, leased = look_up(ids)
    skipped = skipped + lease(taken, ids, 1, raws, leased, time)
    if #ids < most then
      return true
    end
    if skipped >= SKIPPED then
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

-- How many messages may be claimed, and the key number of the first ready list that may have one.
-- Costs one command if the queue is not paused and has no urgent message.
local function claimable()
  local wanted = tonumber(ARGV[4])
  if wanted == 0 or redis.call('EXISTS', KEYS[7], KEYS[2], KEYS[3]) == 0 then
    return wanted, 4
  end
  return redis.call('EXISTS', KEYS[7]) == 1 and 0 or wanted, 2
end

local function is_empty()
  return redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]) == 0
end

heartbeat(KEYS[9], ARGV[6], ARGV[7], ARGV[8])
local ids, tokens = claims_that_are_done()
local move_due = ARGV[5]
if move_due == 'idle' and #ids == 0 and is_empty() then
  return { -1, '', {} }
end
local wanted, first = claimable()
if wanted > 0 then
  pop(ids, wanted, first)
end
local popped = #ids - #tokens
local raws, leased = look_up(ids)
local valid = end_claims(ids, tokens, raws, leased)
if wanted == 0 or (move_due == 'idle' and popped == 0 and is_empty()) then
  return { -1, valid, {} }
end

local time, taken = now(), {}
lease(taken, ids, #tokens + 1, raws, leased, time)
local all = popped < wanted or #taken == wanted or take(taken, wanted, time)
if move_due == 'always' or (#taken < wanted and all) then
  if make_due_ready(time) > 0 and #taken < wanted then
    all = take(taken, wanted, time)
  end
end
if #taken > 0 then
  return { 0, valid, taken }
end
return { all and next_due(time) or 0, valid, {} }
