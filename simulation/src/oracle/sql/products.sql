-- What is known of products when the watch begins.
SELECT asin, price_yen, stock, filtered_times
FROM products
