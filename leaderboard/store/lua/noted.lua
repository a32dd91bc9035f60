-- Writes down that something was done which changes nothing, such as a file that was taken away.
--
-- KEYS  audit log
-- ARGV  actor, action, subject, what it was as JSON, why

log_audit(KEYS[1], ARGV[1], ARGV[2], ARGV[3], '', ARGV[4], ARGV[5])
