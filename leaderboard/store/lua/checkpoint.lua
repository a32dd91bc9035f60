-- Saves a checkpoint: its record, its document, the flags that stand and the audit entry, in one step or not at all.
--
-- KEYS  checkpoints, raised flags, changes, audit log, lives, decisions, proposals, its document, the document of the one
--       before, appeals
-- ARGV  campaign, version of the life it was made in, its record, its document, actor, how many flags were looked up,
--       for each its id and when it was decided, as is known ('' for never), then the flags that stand: id, JSON …
-- returns 1, or 0 where the campaign has moved on, another checkpoint was first, or somebody did something
--       with a flag meanwhile

local campaign, version, record, document, actor, looked_up = unpack(ARGV, 1, 6)
local FIRST_LOOKED_UP = 7
local first_flag = FIRST_LOOKED_UP + 2 * tonumber(looked_up)

local life = redis.call('HGET', KEYS[5], campaign)
if (life and (cjson.decode(life).version or 0) or 0) ~= tonumber(version) then return 0 end
local made = cjson.decode(record)
local last = redis.call('HGET', KEYS[1], 'last')
if last and cjson.decode(last).number >= made.number then return 0 end

local stands = {}
for at = first_flag, #ARGV, 2 do stands[ARGV[at]] = true end
for at = FIRST_LOOKED_UP, first_flag - 1, 2 do
  local flag, known_ms = ARGV[at], ARGV[at + 1]
  local decision = redis.call('HGET', KEYS[6], flag)
  if (decision and string.format('%.0f', cjson.decode(decision).at_ms) or '') ~= known_ms then return 0 end
  local is_waiting = redis.call('HEXISTS', KEYS[7], flag) == 1 or redis.call('HEXISTS', KEYS[10], flag) == 1
  if not stands[flag] and is_waiting then return 0 end
end

redis.call('HSET', KEYS[1], 'last', record)
redis.call('HDEL', KEYS[1], 'running', 'failure')
-- Who asked while it was at work wants to know of what came in meanwhile, too.
local asked = redis.call('HGET', KEYS[1], 'asked')
if asked and cjson.decode(asked).at_ms <= made.through_ms then redis.call('HDEL', KEYS[1], 'asked') end
redis.call('DEL', KEYS[9])
redis.call('SET', KEYS[8], document)
redis.call('DEL', KEYS[2])
for at = first_flag, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'review', 'id', campaign)
log_audit(KEYS[4], actor, 'integrity.checkpoint', campaign, last or '', record, '')
return 1
