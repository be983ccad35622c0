UPDATE accounts
SET
    shop_id = $2,
    shop_seed = $3
WHERE id = $1
