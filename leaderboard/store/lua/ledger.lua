-- The ledger: every entry sums to nothing in each currency, and is posted once. A prelude of scripts that move money:
-- they call `post_ledger` in the same atomic step, and `may_post` before they have written anything.

local may_post, post_ledger

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

  local function is_posted(references, entry) return redis.call('HEXISTS', references, entry.ref) == 1 end

  -- Whether an entry, as JSON text, is not posted yet.
  may_post = function(references, text) return not is_posted(references, checked(text)) end

  -- Posts an entry, as JSON text. False where its reference is posted already.
  post_ledger = function(ledger, balances, references, text)
    local entry = checked(text)
    if is_posted(references, entry) then return false end
    local id = redis.call('XADD', ledger, '*', 'entry', text)
    redis.call('HSET', references, entry.ref, id)
    for _, posting in ipairs(entry.postings) do
      redis.call('HINCRBY', balances, posting.account .. '|' .. posting.currency, string.format('%.0f', posting.minor))
    end
    return true
  end
end
