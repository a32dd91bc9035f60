-- The audit log: every entry holds the hash of the entry before it, so that none can be changed, taken out or put in
-- unseen. A prelude of scripts that decide something: they call `log_audit` in the same atomic step.

local log_audit

do
  local band, bxor, ror, rshift = bit.band, bit.bxor, bit.ror, bit.rshift

  -- SHA-256 as FIPS 180-4 has it, with its letters. Sums are not cut to 32 bits at once: `bit` takes them up to 2^51,
  -- and within the 64 rounds of a block none gets above 2^47.
  local function sha256(message)
    local k = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    }
    local h0, h1, h2, h3 = 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a
    local h4, h5, h6, h7 = 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    local sixteen_words = '>' .. string.rep('I4', 16)
    local bits = #message * 8
    local padded = message .. '\128' .. string.rep('\0', (55 - #message) % 64)
      .. struct.pack('>I4I4', math.floor(bits / 4294967296), bits % 4294967296)

    for start = 1, #padded, 64 do
      local w = {struct.unpack(sixteen_words, padded, start)}
      for t = 17, 64 do
        local x, y = w[t - 15], w[t - 2]
        w[t] = w[t - 16] + bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
          + w[t - 7] + bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
      end
      local a, b, c, d, e, f, g, h = h0, h1, h2, h3, h4, h5, h6, h7
      -- Bits that b and c share, and those in which they differ: Maj(a, b, c) is the first, and a where they differ.
      local shared, differing = band(b, c), bxor(b, c)
      for t = 1, 64 do
        local first = h + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + band(e, f) + band(-1 - e, g) + k[t] + w[t]
        local second = bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + shared + band(a, differing)
        shared = band(a, b)
        differing = a + b - 2 * shared
        a, b, c, d, e, f, g, h = first + second, a, b, c, d + first, e, f, g
      end
      h0, h1, h2, h3 = (h0 + a) % 4294967296, (h1 + b) % 4294967296, (h2 + c) % 4294967296, (h3 + d) % 4294967296
      h4, h5, h6, h7 = (h4 + e) % 4294967296, (h5 + f) % 4294967296, (h6 + g) % 4294967296, (h7 + h) % 4294967296
    end
    return string.format(string.rep('%08x', 8), h0, h1, h2, h3, h4, h5, h6, h7)
  end

  local SHORT = {['\b'] = '\\b', ['\t'] = '\\t', ['\n'] = '\\n', ['\f'] = '\\f', ['\r'] = '\\r'}
  local function control(letter) return SHORT[letter] or string.format('\\u%04x', string.byte(letter)) end

  -- A text as RFC 8785 has it. `cjson` escapes `/` and the letter 127 as well.
  local function quoted(text)
    text = string.gsub(string.gsub(text, '["\\]', '\\%0'), '[%z\1-\31]', control)
    return '"' .. text .. '"'
  end

  -- The number and the hash that a new entry follows on. An entry that has none is older than the chain.
  local function head(key)
    local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
    local seq, hash
    for i = 1, last and #last[2] or 0, 2 do
      if last[2][i] == 'seq' then seq = last[2][i + 1] elseif last[2][i] == 'hash' then hash = last[2][i + 1] end
    end
    if hash then return tonumber(seq), hash end
    return 0, ''
  end

  -- Appends an entry. `before` and `after` are JSON texts, '' where there is none. Gives its hash.
  log_audit = function(key, actor, action, subject, before, after, why)
    local last_seq, previous = head(key)
    local time = redis.call('TIME')
    local at_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
    local seq = string.format('%.0f', last_seq + 1)
    -- RFC 8785 sorts the names.
    local hash = sha256('{"action":' .. quoted(action) .. ',"actor":' .. quoted(actor) .. ',"after":' .. quoted(after)
      .. ',"at_ms":' .. at_ms .. ',"before":' .. quoted(before) .. ',"previous":"' .. previous .. '","seq":' .. seq
      .. ',"subject":' .. quoted(subject) .. ',"why":' .. quoted(why) .. '}')
    redis.call('XADD', key, '*', 'seq', seq, 'at_ms', at_ms, 'actor', actor, 'action', action, 'subject', subject,
      'before', before, 'after', after, 'why', why, 'previous', previous, 'hash', hash)
    return hash
  end
end
