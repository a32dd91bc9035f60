-- Applies events of one partition to its accounts' tallies.
--
-- Repeatable: a visitor is a member of a set, an order or refund stands once under its id, a score is read back as
-- an absolute value. So a batch may be applied twice, in any order and by two workers, with the same result.
--
-- KEYS[1]  any key of the partition (names the cluster slot)
-- ARGV[1]  the partition's key prefix
-- ARGV[2]  msgpack {generation, previous generation, ids expire at s, products limit, accounts}
--            account  = {id, campaigns, views, others}
--            campaign = {id, currency, pairs?}
--            views    = flat rows of 8: id tag, fingerprint, campaign mask, visitor, pair, product, hour, received ms
--            others   = {kind, id or step, fingerprint, mask, position, minor, currency, at ms, order id}, id tag last
-- returns  msgpack {per account {tallies, conflicts}}
--            tally    = {campaign index, version, uv, reached ms, orders, refunded orders, sales, given back}
--            conflict = {1 view | 2 other, row number, superseded at ms or 0}

local VISITORS_PER_BUCKET = 208  -- an unsplit bucket holds twice that, and stays an intset (512) by four sigma
local IDS_PER_BUCKET = 64

local prefix, work = ARGV[1], cmsgpack.unpack(ARGV[2])
local generation, previous, ids_expire_at_s, products_limit, accounts = unpack(work)
local call, floor = redis.call, math.floor

local function whole(number) return string.format('%.0f', number) end

-- Linear hashing: one bucket is split at a time, so growth costs the same at every size.
local function bucket_of(number, level, split)
  local size = 2 ^ level
  local bucket = number % size
  if bucket < split then bucket = number % (size * 2) end
  return bucket
end

local function load_growth(key)
  local state = call('HMGET', key, 'n', 'l', 's')
  return {n = tonumber(state[1]) or 0, l = tonumber(state[2]) or 0, s = tonumber(state[3]) or 0}
end

local function grow(state)
  state.s = state.s + 1
  if state.s == 2 ^ state.l then
    state.l = state.l + 1
    state.s = 0
  end
end

local function save_growth(key, state)
  call('HSET', key, 'n', whole(state.n), 'l', state.l, 's', whole(state.s))
end

-- ── Visitors ──────────────────────────────────────────────────────────────────────────────────

local function split_visitors(base, state)
  local size = 2 ^ state.l
  local from, to = base .. '|' .. whole(state.s), base .. '|' .. whole(state.s + size)
  local stay, move = {}, {}
  for _, member in ipairs(call('SMEMBERS', from)) do
    if tonumber(member) % (size * 2) == state.s then stay[#stay + 1] = member else move[#move + 1] = member end
  end
  -- Written anew rather than moved out of: a set that ever left the compact encoding would not return to it.
  call('DEL', from)
  if #stay > 0 then call('SADD', from, unpack(stay)) end
  if #move > 0 then call('SADD', to, unpack(move)) end
  grow(state)
end

local function add_visitor(base, state, visitor)
  local bucket = bucket_of(tonumber(visitor), state.l, state.s)
  if call('SADD', base .. '|' .. whole(bucket), visitor) == 0 then return false end
  state.n = state.n + 1
  if state.n > VISITORS_PER_BUCKET * (2 ^ state.l + state.s) then split_visitors(base, state) end
  return true
end

-- ── Ids seen ──────────────────────────────────────────────────────────────────────────────────

local function split_ids(base, state)
  local size = 2 ^ state.l
  local from, to = base .. '|' .. whole(state.s), base .. '|' .. whole(state.s + size)
  local all, stay, move = call('HGETALL', from), {}, {}
  for i = 1, #all, 2 do
    local side = tonumber(all[i]) % (size * 2) == state.s and stay or move
    side[#side + 1] = all[i]
    side[#side + 1] = all[i + 1]
  end
  call('DEL', from)
  for key, side in pairs({[from] = stay, [to] = move}) do
    if #side > 0 then
      call('HSET', key, unpack(side))
      call('EXPIREAT', key, ids_expire_at_s)
    end
  end
  grow(state)
end

local function open_ids(account)
  local base = prefix .. 'ids|' .. account .. '|'
  local ids = {base = base .. generation, now = load_growth(base .. generation)}
  ids.fresh = ids.now.n == 0
  local before = load_growth(base .. previous)
  if before.n > 0 then ids.before, ids.before_base = before, base .. previous end
  return ids
end

local function seen_before(ids, tag)
  if not ids.before then return nil end
  local bucket = bucket_of(tonumber(tag), ids.before.l, ids.before.s)
  return call('HGET', ids.before_base .. '|' .. whole(bucket), tag) or nil
end

-- true: the id is new · nil: the same event again · false: the id was used with other content
local function note_id(ids, tag, fingerprint)
  local known, state = seen_before(ids, tag), ids.now
  if not known then
    local key = ids.base .. '|' .. whole(bucket_of(tonumber(tag), state.l, state.s))
    if call('HSETNX', key, tag, fingerprint) == 1 then
      if state.n == 0 then call('EXPIREAT', key, ids_expire_at_s) end
      state.n = state.n + 1
      if state.n > IDS_PER_BUCKET * (2 ^ state.l + state.s) then split_ids(ids.base, state) end
      return true
    end
    known = call('HGET', key, tag)
  end
  if known == fingerprint then return nil end
  return false
end

local function close_ids(ids, noted)
  if not noted then return end
  save_growth(ids.base, ids.now)
  if ids.fresh then call('EXPIREAT', ids.base, ids_expire_at_s) end
end

-- ── Orders and refunds: once per id, and the first received stands ──────────────────────────────

local function stand_once(key, id, record)
  local stored = call('HGET', key, id)
  local old = stored and cmsgpack.unpack(stored)
  if not old then
    call('HSET', key, id, cmsgpack.pack(record))
    return 'new'
  end
  local earlier = record[1] < old[1]
  if old[2] == record[2] then
    if earlier then call('HSET', key, id, cmsgpack.pack(record)) end
    return 'same'
  end
  if not earlier then return 'conflict' end
  call('HSET', key, id, cmsgpack.pack(record))
  return 'supersedes', old
end

local function count_refunded(tally, order_id, by)
  local left = call('HINCRBY', tally.refunded_key, order_id, by)
  if by > 0 and left == 1 then call('HINCRBY', tally.key, 'r', 1) end
  if by < 0 and left == 0 then call('HINCRBY', tally.key, 'r', -1) end
end

local function apply_money(tally, row)
  local kind, id, fingerprint, _, position, minor, currency, at_ms, order_id = unpack(row)
  local is_order = kind == 4
  local key, sum = is_order and tally.orders_key or tally.refunds_key, is_order and 'g:' or 'b:'
  local outcome, old = stand_once(key, id, {position, fingerprint, minor, currency, at_ms, order_id})
  if outcome == 'same' then return nil end
  if outcome == 'conflict' then return 0 end
  if old then
    call('HINCRBY', tally.key, sum .. old[4], '-' .. old[3])
    if not is_order then count_refunded(tally, old[6], -1) end
  elseif is_order then
    call('HINCRBY', tally.key, 'o', 1)
  end
  call('HINCRBY', tally.key, sum .. currency, minor)
  if not is_order then count_refunded(tally, order_id, 1) end
  tally.changed = true
  return old and old[5] or nil
end

-- ── One account ───────────────────────────────────────────────────────────────────────────────

local function open_tally(account, campaign)
  local name = campaign[1] .. '|' .. account
  local key = prefix .. 'tally|' .. name
  return {
    key = key, growth = load_growth(key), currency = campaign[2], pairs = campaign[3],
    products_key = prefix .. 'products|' .. name, product_base = prefix .. 'product|' .. name .. '|',
    orders_key = prefix .. 'orders|' .. name, refunds_key = prefix .. 'refunds|' .. name,
    refunded_key = prefix .. 'refunded|' .. name,
    hours = {}, products = {}, reached_ms = nil, changed = false,
  }
end

local function count_view(tally, visitor, pair, product, hour, received_ms)
  if add_visitor(tally.key, tally.growth, tally.pairs and pair or visitor) then
    tally.hours[hour] = (tally.hours[hour] or 0) + 1
    if received_ms > (tally.reached_ms or 0) then tally.reached_ms = received_ms end
    tally.changed = true
  end
  local group = tally.products[product]
  if group then group[#group + 1] = visitor else tally.products[product] = {visitor} end
end

local function save_products(tally)
  for product, visitors in pairs(tally.products) do
    local known = redis.call('EXISTS', tally.product_base .. product) == 1
    if known or call('SCARD', tally.products_key) < products_limit then
      call('PFADD', tally.product_base .. product, unpack(visitors))
      if not known then call('SADD', tally.products_key, product) end
    end
  end
end

local function close_tally(tally, index)
  local key = tally.key
  if tally.changed then
    save_growth(key, tally.growth)
    for hour, added in pairs(tally.hours) do call('HINCRBY', key, 'h:' .. hour, added) end
    if tally.reached_ms then
      local reached_ms = tonumber(call('HGET', key, 't')) or 0
      if tally.reached_ms > reached_ms then call('HSET', key, 't', whole(tally.reached_ms)) end
    end
    call('HINCRBY', key, 'v', 1)
  end
  save_products(tally)
  local now = call('HMGET', key, 'v', 'n', 't', 'o', 'r', 'g:' .. tally.currency, 'b:' .. tally.currency)
  for i = 1, 7 do now[i] = tonumber(now[i]) or 0 end
  return {index, unpack(now)}
end

local function each_campaign(tallies, mask, act)
  if #tallies == 1 then return act(tallies[1]) end
  for index, tally in ipairs(tallies) do
    if floor(mask / 2 ^ (index - 1)) % 2 == 1 then act(tally) end
  end
end

local function apply_views(views, ids, tallies, conflicts)
  for i = 1, #views, 8 do
    local tag, fingerprint, mask, visitor, pair, product, hour, received_ms = unpack(views, i, i + 7)
    if note_id(ids, tag, fingerprint) == false then
      conflicts[#conflicts + 1] = {1, (i - 1) / 8, 0}
    else
      each_campaign(tallies, mask, function(tally) count_view(tally, visitor, pair, product, hour, received_ms) end)
    end
  end
end

local function apply_light(row, ids, tallies)
  local news = note_id(ids, row[10], row[3])
  if news == false then return 0 end
  if news and row[1] == 3 then
    each_campaign(tallies, row[4], function(tally) call('HINCRBY', tally.key, 'f:' .. row[2], 1) end)
  end
  return nil
end

local function apply_others(others, ids, tallies, conflicts)
  for number, row in ipairs(others) do
    local lost
    if row[1] >= 4 then
      each_campaign(tallies, row[4], function(tally) lost = apply_money(tally, row) or lost end)
    else
      lost = apply_light(row, ids, tallies)
    end
    if lost then conflicts[#conflicts + 1] = {2, number - 1, lost} end
  end
end

local function apply_account(account)
  local id, campaigns, views, others = unpack(account)
  local ids, tallies, conflicts, result = open_ids(id), {}, {}, {}
  local before = ids.now.n
  for index, campaign in ipairs(campaigns) do tallies[index] = open_tally(id, campaign) end
  apply_views(views, ids, tallies, conflicts)
  apply_others(others, ids, tallies, conflicts)
  close_ids(ids, ids.now.n > before)
  for index, tally in ipairs(tallies) do result[index] = close_tally(tally, index - 1) end
  return {result, conflicts}
end

local results = {}
for index, account in ipairs(accounts) do results[index] = apply_account(account) end
return cmsgpack.pack(results)
