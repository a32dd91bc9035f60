-- Enrolls an account in a campaign, or changes its hosts and schedule. The first enrolment's time stays.
-- Notes when which host was registered, and which hosts and slots were changed after the campaign's start.
--
-- KEYS  the campaign's enrollments, enrolled, changes, audit log, the campaign's registrations and schedule edits, lives,
--       the campaign's enrolment requests
-- ARGV  account, campaign, new JSON (its enrolled_ms is put in here), actor, latest time it may happen at, ms,
--       the campaign's start, ms, version of its life by which all this was decided, or '',
--       JSON of the request that it answers and of the answered request, or '' and ''
-- returns {'same' | 'created' | 'changed', enrolled ms}, or {'over', now ms}, or {'moved', now ms},
--         or {'answered', now ms} where another request is stored

local account, campaign, actor = ARGV[1], ARGV[2], ARGV[4]
local time = redis.call('TIME')
local now_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local old = redis.call('HGET', KEYS[1], account) or ''
local places = cjson.decode(redis.call('HGET', KEYS[2], account) or '{}')

local enrolled_ms = string.format('%.0f', places[campaign] or now_ms)
-- Text, not a decoded and encoded table: an empty list would come back as an empty object.
local new = '{"enrolled_ms":' .. enrolled_ms .. ',' .. string.sub(ARGV[3], 2)
local request, answered = ARGV[8], ARGV[9]
if request ~= '' and redis.call('HGET', KEYS[8], account) ~= request then return {'answered', now_ms} end

local function answer_request()
  if request == '' then return end
  redis.call('HSET', KEYS[8], account, answered)
  log_audit(KEYS[4], actor, 'enrollment.approve', campaign .. '/' .. account, request, answered, '')
end

if old == new then
  answer_request()
  return {'same', enrolled_ms}
end
if tonumber(now_ms) >= tonumber(ARGV[5]) then return {'over', now_ms} end
if ARGV[7] ~= '' then
  local life = redis.call('HGET', KEYS[7], campaign)
  if (life and (cjson.decode(life).version or 0) or 0) ~= tonumber(ARGV[7]) then return {'moved', now_ms} end
end

-- host id -> its slots as one text
local function schedules(document)
  local found = {}
  if document == '' then return found end
  for _, host in ipairs(cjson.decode(document).hosts) do
    local slots = {}
    for i, slot in ipairs(host.schedule) do slots[i] = slot.start .. '/' .. slot['end'] end
    found[host.host_id] = table.concat(slots, ',')
  end
  return found
end

local before, after = schedules(old), schedules(new)

-- The host ids of `some` that differ in `others` in the way asked for, in order.
local function those_of(some, others, differ)
  local found = {}
  for host, slots in pairs(some) do
    if differ(slots, others[host]) then found[#found + 1] = host end
  end
  table.sort(found)
  return found
end
local function is_missing(_, other) return other == nil end
local function is_other(slots, other) return other ~= nil and slots ~= other end

-- Registrations: 'host=from-until,from-;host2=from-'. An open end is a host that is registered now.
local function register()
  local spans = {}
  for host, text in string.gmatch(redis.call('HGET', KEYS[5], account) or '', '([^=;]+)=([^;]+)') do
    spans[host] = text
  end
  for host in pairs(after) do
    local text = spans[host]
    if not text then
      spans[host] = now_ms .. '-'
    elseif string.sub(text, -1) ~= '-' then
      spans[host] = text .. ',' .. now_ms .. '-'
    end
  end
  local parts = {}
  for host, text in pairs(spans) do
    if not after[host] and string.sub(text, -1) == '-' then text = text .. now_ms end
    parts[#parts + 1] = host .. '=' .. text
  end
  table.sort(parts)
  if #parts > 0 then redis.call('HSET', KEYS[5], account, table.concat(parts, ';')) end
end

local function as_json(hosts)
  local texts = {}
  for i, host in ipairs(hosts) do texts[i] = cjson.encode(host) end
  return '[' .. table.concat(texts, ',') .. ']'
end

-- The start locks the schedules: what is changed from then on holds, and is listed. A first enrolment is no change.
local function list_edit()
  if old == '' or tonumber(now_ms) < tonumber(ARGV[6]) then return end
  local added, removed = those_of(after, before, is_missing), those_of(before, after, is_missing)
  local changed = those_of(after, before, is_other)
  if #added + #removed + #changed == 0 then return end
  local edit = '{"at_ms":' .. now_ms .. ',"actor":' .. cjson.encode(actor) .. ',"added":' .. as_json(added)
    .. ',"removed":' .. as_json(removed) .. ',"changed":' .. as_json(changed) .. '}'
  local listed = redis.call('HGET', KEYS[6], account)
  redis.call('HSET', KEYS[6], account, listed and string.sub(listed, 1, -2) .. ',' .. edit .. ']' or '[' .. edit .. ']')
end

register()
list_edit()
places[campaign] = tonumber(enrolled_ms)
redis.call('HSET', KEYS[1], account, new)
redis.call('HSET', KEYS[2], account, cjson.encode(places))
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'enrollment', 'id', account)
answer_request()
log_audit(KEYS[4], actor, 'enrollment.put', campaign .. '/' .. account, old, new, '')
return {old == '' and 'created' or 'changed', enrolled_ms}
