-- $1 the name of this installation, unless it has one.
INSERT INTO installation (number, id) VALUES (1, $1) ON CONFLICT (number) DO NOTHING
