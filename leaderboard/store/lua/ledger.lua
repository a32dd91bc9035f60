-- The ledger: every entry sums to nothing in each currency, and is posted once. A prelude of scripts that move money:
-- they call `post_ledger` in the same atomic step.

local post_ledger

do
  local function is_balanced(postings)
    local sums = {}
    for _, posting in ipairs(postings) do
      sums[posting.currency] = (sums[posting.currency] or 0) + posting.minor
    end
    for _, sum in pairs(sums) do
      if sum ~= 0 then return false end
    end
    return #postings > 0
  end

  -- KEYS ledger, balances, references; an entry as JSON text. False where its reference is posted already.
  post_ledger = function(ledger, balances, references, text)
    local entry = cjson.decode(text)
    if redis.call('HEXISTS', references, entry.ref) == 1 then return false end
    if not is_balanced(entry.postings) then error({err = 'UNBALANCED ' .. entry.ref}) end
    local id = redis.call('XADD', ledger, '*', 'entry', text)
    redis.call('HSET', references, entry.ref, id)
    for _, posting in ipairs(entry.postings) do
      redis.call('HINCRBY', balances, posting.account .. '|' .. posting.currency, string.format('%.0f', posting.minor))
    end
    return true
  end
end
