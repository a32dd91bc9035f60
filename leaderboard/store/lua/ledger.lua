-- The ledger: every entry sums to nothing in each currency, and is posted once. A prelude of scripts that move money:
-- they call `open_entry` for all their entries before they have written anything, and then `post_entry` for each.

local open_entry, post_entry

do
  -- Numbers are doubles here, which have every whole number up to this one.
  local LARGEST = 9007199254740991

  local function is_exact(number)
    return type(number) == 'number' and number == math.floor(number) and math.abs(number) <= LARGEST
  end

  -- An entry from its JSON text. An error where it is not balanced or cannot be summed exactly: that is a fault of ours.
  local function checked(text)
    local entry = cjson.decode(text)
    local sums = {}
    for _, posting in ipairs(entry.postings) do
      local sum = is_exact(posting.minor) and (sums[posting.currency] or 0) + posting.minor
      if not is_exact(sum) then error({err = 'INEXACT ' .. entry.ref}) end
      sums[posting.currency] = sum
    end
    for _, sum in pairs(sums) do
      if sum ~= 0 then error({err = 'UNBALANCED ' .. entry.ref}) end
    end
    if #entry.postings == 0 then error({err = 'UNBALANCED ' .. entry.ref}) end
    return entry
  end

  -- An entry from its JSON text, ready to be posted. Nothing where one of its name is posted already.
  open_entry = function(references, text)
    local entry = checked(text)
    if redis.call('HEXISTS', references, entry.ref) == 1 then return nil end
    entry.text = text
    return entry
  end

  -- Posts an entry that was opened.
  post_entry = function(ledger, balances, references, entry)
    local id = redis.call('XADD', ledger, '*', 'entry', entry.text)
    redis.call('HSET', references, entry.ref, id)
    for _, posting in ipairs(entry.postings) do
      redis.call('HINCRBY', balances, posting.account .. '|' .. posting.currency, string.format('%.0f', posting.minor))
    end
  end
end
