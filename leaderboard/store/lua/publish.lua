-- Brings rows of a campaign's standings up to date. A row carries the version of its tally, and was judged as of some
-- place in the settings' changes and some time of the archive's values: older counts never undo newer ones, nor does
-- an older judgement. Counts and judgement are taken together, so a row that is newer in one and older in the other
-- is handed back, to be made anew of the newest of both.
--
-- KEYS  standings, rows, version, eligible, refused writes
-- ARGV  msgpack {{account, version, score, reached ms, the rest of the row …}, …}, now ms,
--       place in the settings' changes, time of the archive's values, ms, campaign, version of its life
-- returns {how many rows changed, accounts handed back …}, or the error STALE before anything is done

local VERSION, SCORE, REACHED_MS, PROMISED_MS, ELIGIBLE, PLACE, VALUES_MS = 2, 3, 4, 12, 13, 19, 20
-- What a judgement may change in a row.
local JUDGED = {SCORE, REACHED_MS, 9, 10, PROMISED_MS, ELIGIBLE, 14, 15, 16, 17, 18}
local place, values_ms = tonumber(ARGV[3]), tonumber(ARGV[4])
local changed, answer = 0, {0}

local function compared(a, b)
  return a > b and 1 or a < b and -1 or 0
end

local function member_of(row)
  return string.format('%013.0f', row[REACHED_MS]) .. row[1]
end

local function is_judged_otherwise(row, old)
  for _, field in ipairs(JUDGED) do
    if row[field] ~= old[field] then return true end
  end
  return false
end

local function show(row, old)
  local member = member_of(row)
  if old and member_of(old) ~= member then
    redis.call('ZREM', KEYS[1], member_of(old))
    if old[ELIGIBLE] then redis.call('ZREM', KEYS[4], member_of(old)) end
  end
  -- Minus the score, so that ascending order is: higher score, earlier reached, lower account id.
  local score = string.format('%.0f', -row[SCORE])
  redis.call('ZADD', KEYS[1], score, member)
  if row[ELIGIBLE] then
    redis.call('ZADD', KEYS[4], score, member)
  elseif old and old[ELIGIBLE] then
    redis.call('ZREM', KEYS[4], member)
  end
end

local rows = cmsgpack.unpack(ARGV[1])
local standing = redis.call('HGET', KEYS[3], 'fence')
local refused = refuse_stale(standing, ARGV[5], ARGV[6], KEYS[5], #rows, rows[1] and rows[1][1] or '')
if refused then return refused end

for _, row in ipairs(rows) do
  local packed = redis.call('HGET', KEYS[2], row[1])
  local old = packed and cmsgpack.unpack(packed)
  local counts, judgement = 1, 1
  if old then
    counts = compared(row[VERSION], old[VERSION])
    judgement = compared(place, old[PLACE])
    if judgement == 0 then judgement = compared(values_ms, old[VALUES_MS]) end
  end
  if counts * judgement < 0 then
    answer[#answer + 1] = row[1]
  elseif counts + judgement > 0 then
    row[PLACE], row[VALUES_MS] = place, values_ms
    redis.call('HSET', KEYS[2], row[1], cmsgpack.pack(row))
    show(row, old)
    -- The same judgement made anew is no news.
    if counts > 0 or is_judged_otherwise(row, old) then changed = changed + 1 end
  end
end
if changed > 0 then
  redis.call('HINCRBY', KEYS[3], 'version', 1)
  redis.call('HSET', KEYS[3], 'at_ms', ARGV[2])
end
answer[1] = changed
return answer
