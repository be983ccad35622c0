-- A lane with a short and a long window: shared/src/domain/quota.rs over Redis, rule by rule; a test
-- runs both on the same histories. Whole microseconds on the server's clock. Arguments and hash call
-- the windows hour and day, which they are at BASE.
--
-- KEYS  1 the counts of the windows
-- ARGV  1 command   2 clock: empty for TIME, else the instant (tests)
--   take   3 calls per hour, 4 calls per day; empty for no limit
--   close  3 the window that the shop reported as exhausted: hour or day, 4 unused
--   5 length of the hour   6 how far its clock is ahead of UTC   7, 8 the same for the day
-- Returns two whole numbers: granted, until.
--   granted 1: counted.  0: closed until the instant until (always for close).

local KEY = KEYS[1]
local RESET_BLUR = 10000000
local length = { hour = tonumber(ARGV[5]), day = tonumber(ARGV[7]) }
local offset = { hour = tonumber(ARGV[6]), day = tonumber(ARGV[8]) }
-- One day longer than any window that is counted or closed.
local SILENCE_MS = 3 * length.day / 1000

local function clock()
  if ARGV[2] ~= '' then
    return tonumber(ARGV[2])
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local now = clock()
local start = {
  hour = now - (now + offset.hour) % length.hour,
  day = now - (now + offset.day) % length.day,
}

local function load()
  local stored = redis.call('HMGET', KEY, 'hour', 'hour_used', 'day', 'day_used', 'closed_until')
  return {
    hour = tonumber(stored[1]) or 0, hour_used = tonumber(stored[2]) or 0,
    day = tonumber(stored[3]) or 0, day_used = tonumber(stored[4]) or 0,
    closed_until = tonumber(stored[5]) or 0,
  }
end

local function save(use)
  redis.call('HSET', KEY, 'hour', use.hour, 'hour_used', use.hour_used, 'day', use.day,
    'day_used', use.day_used, 'closed_until', use.closed_until)
  redis.call('PEXPIRE', KEY, SILENCE_MS)
end

-- A clock that steps back by less than a window gives no second quota.
local function is_over(window, counted)
  return start[window] > counted or counted - start[window] > length[window]
end

local function roll(use)
  if is_over('hour', use.hour) then
    use.hour, use.hour_used = start.hour, 0
  end
  if is_over('day', use.day) then
    use.day, use.day_used = start.day, 0
  end
  -- A later instant comes from a clock that was ahead: every window ends by then.
  if use.closed_until > math.max(start.day + length.day, start.hour + length.hour) then
    use.closed_until = 0
  end
end

local function take(per_hour, per_day)
  local use = load()
  roll(use)
  local until_when
  if use.closed_until > now then
    until_when = use.closed_until
  elseif per_day and use.day_used >= per_day then
    until_when = start.day + length.day
  elseif per_hour and use.hour_used >= per_hour then
    until_when = start.hour + length.hour
  else
    use.hour_used, use.day_used = use.hour_used + 1, use.day_used + 1
  end
  save(use)
  return { until_when and 0 or 1, until_when or 0 }
end

-- Right after a reset, for a few seconds only: a late response must not cost an hour or a day.
local function close(window)
  local use = load()
  local reset_over = start[window] + RESET_BLUR
  local until_when = now < reset_over and reset_over or start[window] + length[window]
  use.closed_until = math.max(use.closed_until, until_when)
  save(use)
  return { 0, until_when }
end

if ARGV[1] == 'take' then
  return take(tonumber(ARGV[3]), tonumber(ARGV[4]))
end
return close(ARGV[3])
