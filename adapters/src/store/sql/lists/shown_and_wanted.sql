-- A part of the lists: what the shop shows (s), and what it should show (d).
s.price_yen AS shown_price_yen,
s.visible AS shown_visible,
s.stock AS shown_stock,
d.price_yen AS wanted_price_yen,
d.visible AS wanted_visible,
d.stock AS wanted_stock
