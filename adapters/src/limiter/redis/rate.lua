-- A lane with a rate: the state machine of shared/src/domain/rate over Redis, rule by rule, as
-- docs/limiter.md explains; a test runs both on the same histories. All values are whole
-- microseconds on the server's clock (TIME), far below 2^53, up to which Lua's numbers are exact.
--
-- KEYS  1 queue: tickets by priority and arrival   2 due: when each ticket has to ask again
--       3.. one state for each bucket that a request spends, the lane's own first; all in one slot
-- ARGV  1 command   2 clock: empty for TIME, else the instant (tests)   3 channel for wake-ups
--       4 configured periods of the buckets, separated by one space; with an s: set by a person
--   take    5 ticket   6 priority: 0 urgent, 1 normal   7 grace   8 horizon
--   done    5 granted_at   6 refused: 0 or 1   7 period from the vendor's header, or empty   8 late
--   cancel  5 ticket
-- Returns eight whole numbers: decision, span, woke_all, period, gap, waiting, header, default_until.
--   decision 1 go: span is the instant of the grant.  0 ask again after span.  2 the wait exceeds
--   the horizon by span, the ticket is not kept.  3 done or cancel was applied.
--   woke_all 1: all waiting callers were woken.  period and gap (with its margin) are those of the
--   lane after the call; period is 0 for cancel.  waiting: tickets in the queue.
--   header: the period in the vendor's last header, or 0.  default_until: no rate above the
--   configured one is tried before this instant, or 0.
-- Publishes '* ' .. queue to wake all tickets, and ticket .. ' ' .. queue to wake the new head
-- after a grant.

local QUEUE, DUE = KEYS[1], KEYS[2]
local CHANNEL = ARGV[3]
local DAY_MS = 86400000
local STANDBYS = 3
local WATCHED, SLOW_DOWN_AT, SPEED_UP_AT, SLOWEST, SAME_RATE = 6, 2, 20, 20, 0.005
local BACK_TO_DEFAULT, USUAL_GRACE = 3600000000, 250000

local function clock()
  if ARGV[2] ~= '' then
    return tonumber(ARGV[2])
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Differs after a restart and after a fail-over: then grants may be missing from the state.
local function server()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

local now = clock()

local function margin(period)
  return math.min(math.max(math.floor(period / 80), 10000), 50000)
end

local function gap(bucket)
  return bucket.period + margin(bucket.period)
end

-- From the state of another server only the pace is used: the opening counts as unknown.
local function load(key, configured, is_set, run)
  local stored = redis.call('HMGET', key, 'configured', 'period', 'told', 'recent', 'successes',
    'opens_at', 'paused_until', 'last_grant', 'server', 'header', 'default_until', 'slack')
  local bucket = {
    key = key, configured = configured, is_set = is_set, server = run,
    header = 0, default_until = 0,
    period = configured, from_header = false, recent = '', successes = 0,
    paused_until = tonumber(stored[7]) or 0, slack = tonumber(stored[12]) or 0,
  }
  if stored[9] == run then
    bucket.opens_at, bucket.last_grant = tonumber(stored[6]), tonumber(stored[8])
  end
  if tonumber(stored[1]) == configured then
    bucket.period, bucket.from_header = tonumber(stored[2]), stored[3] == '1'
    bucket.recent, bucket.successes = stored[4], tonumber(stored[5])
    bucket.header, bucket.default_until = tonumber(stored[10]) or 0, tonumber(stored[11]) or 0
  elseif bucket.opens_at and bucket.last_grant then
    -- The configured period has changed.
    bucket.opens_at = math.max(bucket.opens_at, bucket.last_grant + bucket.slack + gap(bucket))
  end
  return bucket
end

local function load_all()
  local run, key, buckets = server(), 2, {}
  for configured, set in string.gmatch(ARGV[4], '(%d+)(s?)') do
    key = key + 1
    buckets[#buckets + 1] = load(KEYS[key], tonumber(configured), set == 's', run)
  end
  return buckets
end

local function save(bucket)
  redis.call('HSET', bucket.key, 'configured', bucket.configured, 'period', bucket.period,
    'told', bucket.from_header and '1' or '0', 'recent', bucket.recent, 'successes', bucket.successes,
    'opens_at', bucket.opens_at or '', 'paused_until', bucket.paused_until,
    'last_grant', bucket.last_grant or '', 'server', bucket.server,
    'header', bucket.header, 'default_until', bucket.default_until, 'slack', bucket.slack)
  local silence = math.max(DAY_MS, math.ceil(2 * gap(bucket) / 1000))
  redis.call('PEXPIRE', bucket.key, silence)
end

local function save_all(buckets)
  for _, bucket in ipairs(buckets) do
    save(bucket)
  end
  redis.call('PEXPIRE', QUEUE, DAY_MS)
  redis.call('PEXPIRE', DUE, DAY_MS)
end

local function wake(ticket)
  redis.call('PUBLISH', CHANNEL, ticket .. ' ' .. QUEUE)
end

local function answer(decision, span, wake_all, buckets)
  if wake_all then
    wake('*')
  end
  local widest = 0
  for _, bucket in ipairs(buckets) do
    widest = math.max(widest, gap(bucket))
  end
  local own = buckets[1] or { period = 0, header = 0, default_until = 0 }
  return { decision, span, wake_all and 1 or 0, own.period, widest, redis.call('ZCARD', QUEUE),
    own.header, own.default_until }
end

local function leave(ticket)
  redis.call('HDEL', DUE, ticket)
  return redis.call('ZREM', QUEUE, ticket) == 1
end

-- Closes the bucket after a grant to a caller with this slack.
local function close(bucket, slack)
  bucket.opens_at, bucket.last_grant, bucket.slack = now + slack + gap(bucket), now, slack
end

-- Assumes that a request was sent just now if the opening is unknown, or if the last grant lies in
-- the future because the clock went back. A step of at most a margin does not count.
local function mend_clock(bucket, slack)
  bucket.paused_until = math.min(bucket.paused_until, now + gap(bucket))
  local latest = now + margin(bucket.period)
  local went_back = bucket.last_grant ~= nil and bucket.last_grant > latest
  if went_back or not bucket.opens_at then
    close(bucket, slack)
  end
  return went_back
end

local function cap_due()
  local due = redis.call('HGETALL', DUE)
  for i = 1, #due, 2 do
    if tonumber(due[i + 1]) > now then
      redis.call('HSET', DUE, due[i], now)
    end
  end
end

local function enqueue(ticket, priority, due)
  if redis.call('ZSCORE', QUEUE, ticket) then
    return
  end
  local last = redis.call('ZREVRANGEBYSCORE', QUEUE, (priority + 1) * 2 ^ 42 - 1,
    priority * 2 ^ 42, 'WITHSCORES', 'LIMIT', 0, 1)
  local position = last[2] and tonumber(last[2]) + 1 or priority * 2 ^ 42
  redis.call('ZADD', QUEUE, position, ticket)
  redis.call('HSET', DUE, ticket, due)
end

local function drop_heads_due_before(since, asking)
  local dropped = false
  while true do
    local head = redis.call('ZRANGE', QUEUE, 0, 0)[1]
    local due = tonumber(redis.call('HGET', DUE, head) or '')
    if head == asking or (due and due >= since) then
      return dropped
    end
    leave(head)
    dropped = true
  end
end

local function go(ticket, buckets, wake_all, slack)
  leave(ticket)
  for _, bucket in ipairs(buckets) do
    close(bucket, slack)
  end
  save_all(buckets)
  local head = redis.call('ZRANGE', QUEUE, 0, 0)[1]
  if head and not wake_all then
    wake(head)
  end
  return answer(1, now, wake_all, buckets)
end

-- A caller from afar has a longer grace: what exceeds the usual one is its slack.
local function take(ticket, priority, allowed, horizon)
  local slack = math.max(allowed - USUAL_GRACE, 0)
  local grace = allowed - slack
  local buckets = load_all()
  local open, widest, went_back = 0, 0, false
  for _, bucket in ipairs(buckets) do
    went_back = mend_clock(bucket, slack) or went_back
    open = math.max(open, bucket.opens_at, bucket.paused_until)
    widest = math.max(widest, gap(bucket))
  end
  if went_back then
    cap_due()
  end
  enqueue(ticket, priority, now + slack)
  local dropped = open + grace < now and drop_heads_due_before(now - grace, ticket)
  local wake_all = went_back or dropped
  local rank = redis.call('ZRANK', QUEUE, ticket)
  if rank == 0 and now >= open then
    return go(ticket, buckets, wake_all, slack)
  end
  local eta = open
  if rank > 0 then
    -- The next tickets ask shortly after the opening: a dead head costs the grace and no period.
    local behind = math.max(rank - STANDBYS, 0) * widest
    local standby = math.floor(math.min(rank, STANDBYS) * grace * 11 / 10)
    eta = math.max(open, now) + behind + standby
  end
  local wait, decision = eta - now, 0
  if wait > horizon then
    leave(ticket)
    wait, decision = wait - horizon, 2
  else
    redis.call('HSET', DUE, ticket, eta + slack)
  end
  save_all(buckets)
  return answer(decision, wait, wake_all, buckets)
end

-- Whether a rate above the configured one may be tried. An instant that is further ahead than it can
-- be means that the clock went back.
local function may_exceed(bucket)
  local rests = now < bucket.default_until and bucket.default_until <= now + BACK_TO_DEFAULT
  return not bucket.is_set and not rests
end

local function follow(bucket, header)
  bucket.header = header
  local is_limit = header < bucket.configured and not may_exceed(bucket)
  if is_limit and not bucket.from_header then
    return
  end
  bucket.from_header = true
  local period = is_limit and bucket.configured or header
  period = math.min(period, bucket.configured * SLOWEST)
  if math.abs(period - bucket.period) > SAME_RATE * bucket.period then
    bucket.period = period
  end
end

local function slow_down(bucket)
  local slowest = math.max(bucket.period, bucket.configured * SLOWEST)
  bucket.recent, bucket.from_header = '', false
  if bucket.period < bucket.configured then
    bucket.period, bucket.default_until = bucket.configured, now + BACK_TO_DEFAULT
    return
  end
  bucket.period = math.min(math.floor(bucket.period * 143 / 100), slowest)
end

local function remember(bucket, refused)
  bucket.recent = string.sub(bucket.recent .. (refused and '1' or '0'), -WATCHED)
  if refused then
    bucket.successes = 0
    local _, refusals = string.gsub(bucket.recent, '1', '')
    if refusals >= SLOW_DOWN_AT then
      slow_down(bucket)
    end
    return
  end
  bucket.successes = bucket.successes + 1
  if bucket.successes >= SPEED_UP_AT then
    bucket.successes = 0
    if not bucket.from_header and bucket.period > bucket.configured then
      bucket.period = math.max(math.floor(bucket.period * 100 / 105), bucket.configured)
    end
  end
end

local function learn(bucket, granted_at, refused, header, late)
  local before = bucket.period
  if header then
    follow(bucket, header)
  end
  remember(bucket, refused)
  local changed = bucket.period ~= before
  if changed and bucket.last_grant then
    bucket.opens_at = bucket.last_grant + bucket.slack + gap(bucket)
  end
  if refused then
    bucket.paused_until = math.max(bucket.paused_until, now + bucket.period)
  elseif bucket.last_grant == granted_at then
    -- The request was sent before its response arrived.
    local left_at = math.min(now, granted_at + bucket.slack + late)
    bucket.opens_at = math.max(bucket.opens_at or 0, left_at + gap(bucket))
  end
  return changed or refused
end

-- The header has the rate of the lane's own bucket, but a refusal does not say which bucket
-- refused.
local function done(granted_at, refused, header, late)
  local buckets, wake_all = load_all(), false
  for index, bucket in ipairs(buckets) do
    wake_all = learn(bucket, granted_at, refused, index == 1 and header, late) or wake_all
  end
  save_all(buckets)
  return answer(3, 0, wake_all, buckets)
end

if ARGV[1] == 'take' then
  return take(ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]))
elseif ARGV[1] == 'done' then
  return done(tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8]))
end
return answer(3, 0, leave(ARGV[5]), {})
