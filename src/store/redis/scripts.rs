//! The Lua that Redis runs: each script is one atomic step.

use redis::Script;

/// Writes marks and never weakens one: the later `not_after` and the later expiry stand.
const PUBLISH: &str = r"
for i, key in ipairs(KEYS) do
  local value, expires = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local old = redis.call('GET', key)
  if old then
    value = math.max(value, tonumber(old))
    expires = math.max(expires, redis.call('PEXPIRETIME', key))
  end
  redis.call('SET', key, string.format('%.0f', value), 'PXAT', string.format('%.0f', expires))
end
return #KEYS";

/// Renews the lease of the epoch that was looked at, up to a moment of the server's own clock.
const RENEW: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1";

/// Declares the server filled, if nothing was lost since the fill began: the mark of the filling
/// node would be lost too.
const DECLARE: &str = r"
if redis.call('GET', KEYS[2]) ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[2])
return 1";

/// GCRA: the key holds the moment at which the counter is free again. Less than nothing is answered
/// by one that was at rest.
const ADMIT: &str = r"
local now, interval, span = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local free = tonumber(redis.call('GET', KEYS[1]) or now)
local next = math.max(free, now) + interval
local over = next - now - span
if over > 0 then return over end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.max(next - now, 1))
if free <= now then return -1 end
return 0";

/// Keeps members by when each was last seen, forgets those before the window, and begins anew with
/// the one that makes enough of them.
const NOTE: &str = r"
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[4])
if redis.call('ZCARD', KEYS[1]) >= limit then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', window))
return 0";

/// The scripts with their hashes, computed once.
pub(super) struct Scripts {
    pub(super) publish: Script,
    pub(super) renew: Script,
    pub(super) declare: Script,
    pub(super) admit: Script,
    pub(super) note: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            publish: Script::new(PUBLISH),
            renew: Script::new(RENEW),
            declare: Script::new(DECLARE),
            admit: Script::new(ADMIT),
            note: Script::new(NOTE),
        }
    }
}
