DELETE FROM notices
WHERE settled_at < $1
