-- Applies events of one partition to its accounts' tallies.
--
-- Repeatable: a visitor is a member of a set, an order or refund stands once under its id, a score is read back as
-- an absolute value. So a batch may be applied twice, in any order and by two workers, with the same result.
--
-- KEYS[1]  any key of the partition (names the cluster slot)
-- ARGV[1]  the partition's key prefix
-- ARGV[2]  the id records of all rows, 11 bytes each, in the order of the accounts: their views, their others, what
--          only its id is noted of, then of each invalid view one more, by which its reason is counted once
-- ARGV[3]  msgpack {generation, previous generation, ids expire at s, products limit, accounts}
--            account  = {id, campaigns, views, others, how many have only their id noted, invalids}
--            campaign = {id, currency, pairs?, version of its life}
--            views    = a flat list, six values a row: campaign mask, visitor, pair, product, hour, received ms
--            others   = rows: campaign mask, kind, step; or of money: campaign mask of those that it counts for (of a
--                       refund: by its own time), kind, id, position, minor, currency, at ms, order id of a refund or
--                       what makes orders without an id the same, campaign mask of those that take notice of it
--            invalids = rows: number of a view, campaign mask of those that it is invalid for (the view's own mask is
--                       without them), reason
-- returns  msgpack {per account {tallies, conflicts}}, or the error STALE before anything is done
--            tally    = {campaign index, version, uv, reached ms, orders, refunded orders, sales, given back,
--                        effective ms, kept ms, visitors with invalid views only}
--            conflict = {1 view | 2 other | 3 id only, number, why, campaign index of one that is for one campaign only};
--                       why: 1 conflict | 2 too large | 3 order excluded | 4 its own time | 5 collapsed

local VISITORS_PER_BUCKET = 208  -- an unsplit bucket holds twice that, and stays an intset (512) by four sigma
local IDS_PER_BUCKET = 128

-- A record: 7 bytes of the id's hash (its tag), 4 bytes of the content's (its fingerprint).
local RECORD, TAG = 11, 7

-- A view's values follow each other: a table a row would cost more than all that is done with it.
local VIEW, VISITOR, PAIR, PRODUCT, HOUR, RECEIVED_MS = 6, 2, 3, 4, 5, 6
local MASK = 1
local KIND, ID, POSITION, MINOR, CURRENCY, AT_MS, ORDER_ID, SAME, KNOWN = 2, 3, 4, 5, 6, 7, 8, 8, 9
local VIEW_NUMBER, INVALID_FOR, REASON = 1, 2, 3
local COUNTS = 7  -- in the record of an order or refund
local ORDER = 4
local CONFLICT, TOO_LARGE, ORDER_EXCLUDED, BY_ITS_TIME, COLLAPSED = 1, 2, 3, 4, 5
local LARGEST_SUM = 2 ^ 53

local prefix, records, work = ARGV[1], ARGV[2], cmsgpack.unpack(ARGV[3])
local generation, previous, ids_expire_at_s, products_limit, accounts = unpack(work)
local call, floor, byte, find, sub = redis.call, math.floor, string.byte, string.find, string.sub
local records_at = 0

local function whole(number) return string.format('%.0f', number) end

-- Linear hashing: one bucket is split at a time, so growth costs the same at every size.
local function bucket_of(number, level, split)
  local size = 2 ^ level
  local bucket = number % size
  if bucket < split then bucket = number % (size * 2) end
  return bucket
end

local function grow(state)
  state.s = state.s + 1
  if state.s == 2 ^ state.l then
    state.l = state.l + 1
    state.s = 0
  end
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

-- Rows by the bucket of their visitor: a bucket is asked once and written once, however many rows it has.
local function rows_by_bucket(tally, state, views, rows)
  local groups = {}
  for _, row in ipairs(rows) do
    local bucket = bucket_of(tonumber(views[row + tally.column]), state.l, state.s)
    local group = groups[bucket]
    if group then group[#group + 1] = row else groups[bucket] = {row} end
  end
  return groups
end

-- The rows that bring a visitor nobody brought before; of the same visitor in one call, the first row.
local function rows_with_news(key, views, column, rows)
  if #rows == 1 then return call('SADD', key, views[rows[1] + column]) == 1 and rows or {} end
  local elements, taken, news, added = {}, {}, {}, {}
  for i = 1, #rows do elements[i] = views[rows[i] + column] end
  local known = call('SMISMEMBER', key, unpack(elements))
  for i, row in ipairs(rows) do
    local element = elements[i]
    if known[i] == 0 and not taken[element] then
      taken[element] = true
      news[#news + 1] = row
      added[#added + 1] = element
    end
  end
  if #added > 0 then call('SADD', key, unpack(added)) end
  return news
end

local function is_visitor(base, state, element)
  if state.n == 0 then return false end
  return call('SISMEMBER', base .. '|' .. whole(bucket_of(tonumber(element), state.l, state.s)), element) == 1
end

local function count_visitors(tally, views, rows)
  local state, hours, invalid = tally.growth, tally.hours, tally.invalid
  for bucket, group in pairs(rows_by_bucket(tally, state, views, rows)) do
    for _, row in ipairs(rows_with_news(tally.key .. '|' .. whole(bucket), views, tally.column, group)) do
      local hour, received_ms = views[row + HOUR], views[row + RECEIVED_MS]
      state.n = state.n + 1
      hours[hour] = (hours[hour] or 0) + 1
      if received_ms > tally.reached_ms then tally.reached_ms = received_ms end
      if is_visitor(tally.invalid_base, invalid, views[row + tally.column]) then invalid.only = invalid.only - 1 end
      tally.changed = true
    end
  end
  while state.n > VISITORS_PER_BUCKET * (2 ^ state.l + state.s) do split_visitors(tally.key, state) end
end

-- Who has an invalid view is in buckets of its own, whether counted or not: so the order of arrival does not matter.
local function note_invalid_visitors(tally, views, rows)
  local state, base = tally.invalid, tally.invalid_base
  for bucket, group in pairs(rows_by_bucket(tally, state, views, rows)) do
    for _, row in ipairs(rows_with_news(base .. '|' .. whole(bucket), views, tally.column, group)) do
      state.n = state.n + 1
      if not is_visitor(tally.key, tally.growth, views[row + tally.column]) then state.only = state.only + 1 end
      tally.changed = true
    end
  end
  while state.n > VISITORS_PER_BUCKET * (2 ^ state.l + state.s) do split_visitors(base, state) end
end

local function estimate_products(tally, views, rows)
  local groups, names = {}, {}
  for _, row in ipairs(rows) do
    local product, visitor = views[row + PRODUCT], views[row + VISITOR]
    local group = groups[product]
    if group then
      group[#group + 1] = visitor
    else
      groups[product] = {visitor}
      names[#names + 1] = product
    end
  end
  local known, listed = call('SMISMEMBER', tally.products_key, unpack(names)), nil
  for i, product in ipairs(names) do
    if known[i] == 0 then
      listed = (listed or call('SCARD', tally.products_key)) + 1
      if listed <= products_limit then call('SADD', tally.products_key, product) end
    end
    if known[i] == 1 or listed <= products_limit then
      call('PFADD', tally.product_base .. product, unpack(groups[product]))
    end
  end
end

-- ── Ids seen ──────────────────────────────────────────────────────────────────────────────────
-- A bucket is one string of records: read at once, searched by the string library, appended to at once.

local function bucket_of_record(record, level, split)
  local a, b, c = byte(record, 1, 3)
  return bucket_of(a + b * 256 + c * 65536, level, split)
end

-- The fingerprint that stands in a bucket for a tag, or nil.
local function fingerprint_in(bucket, tag)
  local at = find(bucket, tag, 1, true)
  while at do
    if (at - 1) % RECORD == 0 then return sub(bucket, at + TAG, at + RECORD - 1) end
    at = find(bucket, tag, at + 1, true)
  end
  return nil
end

local function split_ids(base, state)
  local size, all = 2 ^ state.l, call('GET', base .. '|' .. whole(state.s)) or ''
  local sides = {[state.s] = {}, [state.s + size] = {}}
  for at = 1, #all, RECORD do
    local record = sub(all, at, at + RECORD - 1)
    local side = sides[bucket_of_record(record, state.l + 1, 0)]
    side[#side + 1] = record
  end
  for bucket, side in pairs(sides) do
    call('SET', base .. '|' .. whole(bucket), table.concat(side), 'EXAT', ids_expire_at_s)
  end
  grow(state)
end

local function open_ids(account)
  local base = prefix .. 'ids|' .. account .. '|'
  local now, before = call('HMGET', base .. generation, 'n', 'l', 's'), call('HMGET', base .. previous, 'n', 'l', 's')
  local ids = {base = base .. generation, n = tonumber(now[1]) or 0, l = tonumber(now[2]) or 0, s = tonumber(now[3]) or 0}
  ids.was = ids.n
  if before[1] then
    ids.before = {base = base .. previous, l = tonumber(before[2]), s = tonumber(before[3])}
  end
  return ids
end

local function seen_before(ids, record, tag)
  local before = ids.before
  if not before then return nil end
  local bucket = bucket_of_record(record, before.l, before.s)
  return fingerprint_in(call('GET', before.base .. '|' .. whole(bucket)) or '', tag)
end

local function record_of(ids, number)
  local at = ids.records_at + number * RECORD
  return sub(records, at + 1, at + RECORD)
end

local function note_bucket(ids, bucket, numbers, known)
  local key, fresh, here = ids.base .. '|' .. whole(bucket), {}, {}
  local stored = call('GET', key) or ''
  for _, number in ipairs(numbers) do
    local record = record_of(ids, number)
    local tag, fingerprint = sub(record, 1, TAG), sub(record, TAG + 1)
    local seen = here[tag] or fingerprint_in(stored, tag) or seen_before(ids, record, tag)
    if seen then
      known[number] = seen == fingerprint
    else
      here[tag] = fingerprint
      fresh[#fresh + 1] = record
    end
  end
  if #fresh == 0 then return end
  call('APPEND', key, table.concat(fresh))
  -- The first bucket; all others come from splitting it, which takes the expiry along.
  if ids.n == 0 then call('EXPIREAT', key, ids_expire_at_s) end
  ids.n = ids.n + #fresh
end

-- What is known of the rows with these numbers: nil, the id is new · true, the same event · false, other content.
local function note_ids(ids, numbers)
  local groups, known = {}, {}
  for _, number in ipairs(numbers) do
    local bucket = bucket_of_record(record_of(ids, number), ids.l, ids.s)
    local group = groups[bucket]
    if group then group[#group + 1] = number else groups[bucket] = {number} end
  end
  for bucket, group in pairs(groups) do note_bucket(ids, bucket, group, known) end
  while ids.n > IDS_PER_BUCKET * (2 ^ ids.l + ids.s) do split_ids(ids.base, ids) end
  return known
end

local function close_ids(ids)
  if ids.n == ids.was then return end
  call('HSET', ids.base, 'n', whole(ids.n), 'l', ids.l, 's', whole(ids.s))
  if ids.was == 0 then call('EXPIREAT', ids.base, ids_expire_at_s) end
end

-- ── Orders and refunds: once per id, and the first received stands ──────────────────────────────
-- A refund belongs to its order: it counts if its order counts, and by its own time for as long as the order is not
-- known. So with each order's id stands what was refunded of it, and both kinds of news ask anew what of that counts.

local function record_in(key, id)
  local stored = call('HGET', key, id)
  return stored and cmsgpack.unpack(stored)
end

local function stand_once(key, id, record)
  local old = record_in(key, id)
  if not old then
    call('HSET', key, id, cmsgpack.pack(record))
    return 'new'
  end
  local earlier = record[1] < old[1]
  if old[2] == record[2] then
    if earlier then call('HSET', key, id, cmsgpack.pack(record)) end
    return 'same', old
  end
  if not earlier then return 'conflict' end
  call('HSET', key, id, cmsgpack.pack(record))
  return 'supersedes', old
end

local function add_money(tally, sum, currency, minor)
  if minor ~= 0 then call('HINCRBY', tally.key, sum .. currency, whole(minor)) end
end

-- What is refunded of an order, of all its refunds and of those that count by their own time:
-- {refunds, {currency → minor}}, each.
local function refunds_of(tally, order_id)
  local all = record_in(tally.refunded_key, order_id)
  return all or {{0, {}}, {0, {}}}
end

local function that_count(refunds, order)
  if not order then return refunds[2] end
  return order[COUNTS] == 1 and refunds[1] or {0, {}}
end

local function replace_counted(tally, before, after)
  local refunded = (after[1] > 0 and 1 or 0) - (before[1] > 0 and 1 or 0)
  if refunded ~= 0 then call('HINCRBY', tally.key, 'r', refunded) end
  for currency, minor in pairs(after[2]) do add_money(tally, 'b:', currency, minor - (before[2][currency] or 0)) end
  for currency, minor in pairs(before[2]) do
    if not after[2][currency] then add_money(tally, 'b:', currency, -minor) end
  end
end

local function copied(part)
  local sums = {}
  for currency, minor in pairs(part[2]) do sums[currency] = minor end
  return {part[1], sums}
end

local function with_refund(part, currency, minor, by)
  part[1] = part[1] + by
  part[2][currency] = (part[2][currency] or 0) + minor * by
  if part[2][currency] == 0 and part[1] == 0 then part[2][currency] = nil end
end

-- A refund comes to its order, or with `by` -1 is taken from it.
local function note_refund(tally, record, by)
  local order_id, minor = record[6], tonumber(record[3])
  local refunds, order = refunds_of(tally, order_id), record_in(tally.orders_key, order_id)
  local before = copied(that_count(refunds, order))
  with_refund(refunds[1], record[4], minor, by)
  if record[COUNTS] == 1 then with_refund(refunds[2], record[4], minor, by) end
  if refunds[1][1] == 0 then
    call('HDEL', tally.refunded_key, order_id)
  else
    call('HSET', tally.refunded_key, order_id, cmsgpack.pack(refunds))
  end
  replace_counted(tally, before, that_count(refunds, order))
  return order
end

local function is_too_large(tally, sum, row)
  local now = tonumber(call('HGET', tally.key, sum .. row[CURRENCY])) or 0
  return now > LARGEST_SUM - tonumber(row[MINOR])
end

-- Orders without an order id that are the same stand together under what makes them the same; they count once.
local function same_as(tally, same) return record_in(tally.orders_key, 'same|' .. same) or {} end

-- Whether this order is the first of the same.
local function join_same(tally, same, id)
  local ids = same_as(tally, same)
  for i, known in ipairs(ids) do if known == id then return i == 1 end end
  ids[#ids + 1] = id
  call('HSET', tally.orders_key, 'same|' .. same, cmsgpack.pack(ids))
  return #ids == 1
end

-- Whether with this order the last of the same has gone.
local function leave_same(tally, same, id)
  local left = {}
  for _, known in ipairs(same_as(tally, same)) do if known ~= id then left[#left + 1] = known end end
  if #left == 0 then call('HDEL', tally.orders_key, 'same|' .. same) return true end
  call('HSET', tally.orders_key, 'same|' .. same, cmsgpack.pack(left))
  return false
end

local function add_order(tally, record, by)
  add_money(tally, 'g:', record[4], by * tonumber(record[3]))
  call('HINCRBY', tally.key, 'o', by)
end

local function apply_order(tally, row, fingerprint, counts)
  if counts and is_too_large(tally, 'g:', row) and call('HEXISTS', tally.orders_key, row[ID]) == 0 then
    return TOO_LARGE
  end
  local same = counts and row[SAME] or ''
  local record = {row[POSITION], fingerprint, row[MINOR], row[CURRENCY], row[AT_MS], same, counts and 1 or 0}
  local refunds = refunds_of(tally, row[ID])
  local outcome, old = stand_once(tally.orders_key, row[ID], record)
  if outcome == 'conflict' then return CONFLICT end
  local is_first = same == '' or join_same(tally, same, row[ID])
  if outcome == 'same' then return not is_first and COLLAPSED or nil end
  -- Within the same ones the sum stays as it is, whichever of its contents stands.
  local is_still_same = same ~= '' and old and old[6] == same
  if old and old[COUNTS] == 1 and not is_still_same and (old[6] == '' or leave_same(tally, old[6], row[ID])) then
    add_order(tally, old, -1)
  end
  if counts and is_first and not is_still_same then add_order(tally, record, 1) end
  replace_counted(tally, that_count(refunds, old), that_count(refunds, record))
  tally.changed, tally.money = true, true
  if not is_first then return COLLAPSED end
  return outcome == 'supersedes' and CONFLICT or nil
end

local function apply_refund(tally, row, fingerprint, counts)
  if is_too_large(tally, 'b:', row) and call('HEXISTS', tally.refunds_key, row[ID]) == 0 then return TOO_LARGE end
  local record = {row[POSITION], fingerprint, row[MINOR], row[CURRENCY], row[AT_MS], row[ORDER_ID], counts and 1 or 0}
  local outcome, old = stand_once(tally.refunds_key, row[ID], record)
  if outcome == 'conflict' then return CONFLICT end
  if outcome == 'same' then
    -- The same refund came earlier than was known: only then may it count by its own time.
    if record[1] >= old[1] or record[COUNTS] == old[COUNTS] then return nil end
    note_refund(tally, old, -1)
    note_refund(tally, record, 1)
    tally.changed, tally.money = true, true
    return nil
  end
  if old then note_refund(tally, old, -1) end
  local order = note_refund(tally, record, 1)
  tally.changed, tally.money = true, true
  if old then return CONFLICT end
  if order then return order[COUNTS] == 0 and ORDER_EXCLUDED or nil end
  return not counts and BY_ITS_TIME or nil
end

-- ── One account ───────────────────────────────────────────────────────────────────────────────

local function sums_of(tally)
  local sums = call('HMGET', tally.key, 'o', 'r', 'g:' .. tally.currency, 'b:' .. tally.currency, 'e', 'k')
  for i = 1, 6 do sums[i] = tonumber(sums[i]) or 0 end
  return sums
end

local function open_tally(account, campaign)
  local name, currency = campaign[1] .. '|' .. account, campaign[2]
  local key = prefix .. 'tally|' .. name
  local now = call('HMGET', key, 'n', 'l', 's', 't', 'v', 'o', 'r', 'g:' .. currency, 'b:' .. currency,
    'e', 'k', 'x', 'xn', 'xl', 'xs')
  for i = 1, 15 do now[i] = tonumber(now[i]) or 0 end
  return {
    key = key, growth = {n = now[1], l = now[2], s = now[3]}, reached_ms = now[4], version = now[5],
    sums = {now[6], now[7], now[8], now[9], now[10], now[11]}, currency = currency, column = campaign[3] and PAIR or VISITOR,
    products_key = prefix .. 'products|' .. name, product_base = prefix .. 'product|' .. name .. '|',
    orders_key = prefix .. 'orders|' .. name, refunds_key = prefix .. 'refunds|' .. name,
    refunded_key = prefix .. 'refunded|' .. name,
    invalid_base = key .. '|x', invalid = {only = now[12], n = now[13], l = now[14], s = now[15]},
    hours = {}, changed = false, money = false,
  }
end

local function close_tally(tally, index)
  local key, state = tally.key, tally.growth
  if tally.changed then
    tally.version = tally.version + 1
    call('HSET', key, 'n', whole(state.n), 'l', state.l, 's', whole(state.s), 't', whole(tally.reached_ms),
      'v', whole(tally.version))
    local invalid = tally.invalid
    if invalid.n > 0 then
      call('HSET', key, 'x', whole(invalid.only), 'xn', whole(invalid.n), 'xl', invalid.l, 'xs', whole(invalid.s))
    end
    for hour, added in pairs(tally.hours) do call('HINCRBY', key, 'h:' .. hour, added) end
  end
  if tally.money then tally.sums = sums_of(tally) end
  tally.sums[7] = tally.invalid.only
  return {index, tally.version, state.n, tally.reached_ms, unpack(tally.sums)}
end

local function counts_for(mask, index, campaigns)
  return campaigns == 1 or floor(mask / 2 ^ (index - 1)) % 2 == 1
end

local function count_views(tally, views, rows)
  if #rows == 0 then return end
  -- The estimate first: whatever may fail has to fail before a visitor is in the set and not yet in the count.
  estimate_products(tally, views, rows)
  count_visitors(tally, views, rows)
end

local function is_in(mask, index) return floor(mask / 2 ^ (index - 1)) % 2 == 1 end

-- Those of which the id stands, by campaign; and a reason once for an id.
local function count_invalids(invalids, stands, views, ids, tallies)
  local numbers = {}
  for number, row in ipairs(invalids) do
    if stands[row[VIEW_NUMBER]] ~= false then numbers[#numbers + 1] = number - 1 end
  end
  local known = note_ids(ids, numbers)
  for index, tally in ipairs(tallies) do
    local rows = {}
    for _, number in ipairs(numbers) do
      local row = invalids[number + 1]
      if is_in(row[INVALID_FOR], index) then
        rows[#rows + 1] = row[VIEW_NUMBER] * VIEW
        if known[number] == nil then call('HINCRBY', tally.key, 'i:' .. row[REASON], 1) end
      end
    end
    note_invalid_visitors(tally, views, rows)
  end
end

local function apply_views(views, ids, tallies, conflicts, invalids, invalids_at)
  local numbers, all_count = {}, #tallies == 1 and #invalids == 0
  for number = 0, #views / VIEW - 1 do numbers[number + 1] = number end
  local known = note_ids(ids, numbers)
  for index, tally in ipairs(tallies) do
    local rows = {}
    for _, number in ipairs(numbers) do
      local row = number * VIEW
      if known[number] ~= false and (all_count or is_in(views[row + MASK], index)) then rows[#rows + 1] = row end
    end
    count_views(tally, views, rows)
  end
  if #invalids > 0 then
    ids.records_at = invalids_at
    count_invalids(invalids, known, views, ids, tallies)
  end
  for _, number in ipairs(numbers) do
    if known[number] == false then conflicts[#conflicts + 1] = {1, number, CONFLICT} end
  end
end

local function note_lights(lights, ids, conflicts)
  local numbers = {}
  for number = 0, lights - 1 do numbers[number + 1] = number end
  for number, same in pairs(note_ids(ids, numbers)) do
    if not same then conflicts[#conflicts + 1] = {3, number, CONFLICT} end
  end
end

local function apply_steps(others, ids, tallies)
  local numbers = {}
  for number = 0, #others - 1 do
    if others[number + 1][KIND] < ORDER then numbers[#numbers + 1] = number end
  end
  local known = note_ids(ids, numbers)
  for _, number in ipairs(numbers) do
    local row = others[number + 1]
    if known[number] == nil then
      for index, tally in ipairs(tallies) do
        if counts_for(row[MASK], index, #tallies) then call('HINCRBY', tally.key, 'f:' .. row[ID], 1) end
      end
    end
  end
  return known
end

local function apply_money(row, number, ids, tallies, conflicts)
  local apply, fingerprint = row[KIND] == ORDER and apply_order or apply_refund, sub(record_of(ids, number), TAG + 1)
  for index, tally in ipairs(tallies) do
    local counts = floor(row[MASK] / 2 ^ (index - 1)) % 2 == 1
    local why = counts_for(row[KNOWN], index, #tallies) and apply(tally, row, fingerprint, counts)
    if why then conflicts[#conflicts + 1] = {2, number, why, index - 1} end
  end
end

local function apply_others(others, ids, tallies, conflicts)
  local known = apply_steps(others, ids, tallies)
  for number = 0, #others - 1 do
    local row = others[number + 1]
    if row[KIND] >= ORDER then
      apply_money(row, number, ids, tallies, conflicts)
    elseif known[number] == false then
      conflicts[#conflicts + 1] = {2, number, CONFLICT}
    end
  end
end

local function apply_account(account)
  local id, campaigns, views, others, lights, invalids = unpack(account)
  local ids, tallies, conflicts, result = open_ids(id), {}, {}, {}
  for index, campaign in ipairs(campaigns) do tallies[index] = open_tally(id, campaign) end
  local others_at = records_at + #views / VIEW * RECORD
  local lights_at = others_at + #others * RECORD
  ids.records_at = lights_at
  if lights > 0 then note_lights(lights, ids, conflicts) end
  ids.records_at = others_at
  if #others > 0 then apply_others(others, ids, tallies, conflicts) end
  ids.records_at = records_at
  local invalids_at = lights_at + lights * RECORD
  if #views > 0 then apply_views(views, ids, tallies, conflicts, invalids, invalids_at) end
  records_at = invalids_at + #invalids * RECORD
  close_ids(ids)
  for index, tally in ipairs(tallies) do result[index] = close_tally(tally, index - 1) end
  return {result, conflicts}
end

-- Asked before anything is written: one campaign of the call that has moved on stops all of it.
local checked = {}
for _, account in ipairs(accounts) do
  for _, campaign in ipairs(account[2]) do
    local id, version = campaign[1], campaign[4]
    if checked[id] ~= version then
      checked[id] = version
      local standing = call('HGET', prefix .. 'fences', id)
      local refused = refuse_stale(standing, id, version, prefix .. 'refused|' .. id, #accounts, account[1])
      if refused then return refused end
    end
  end
end

local results = {}
for index, account in ipairs(accounts) do results[index] = apply_account(account) end
return cmsgpack.pack(results)
