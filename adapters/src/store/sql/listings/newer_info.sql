-- A part of record_infos.sql and put_infos.sql, for a row that exists. Each newer part replaces
-- the stored one, and one of the future; a missing part is kept. Price and stock are not changed.
title = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN COALESCE(excluded.title, known.title)
    ELSE known.title
END,
description = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN COALESCE(excluded.description, known.description)
    ELSE known.description
END,
brand = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN COALESCE(excluded.brand, known.brand)
    ELSE known.brand
END,
category = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN COALESCE(excluded.category, known.category)
    ELSE known.category
END,
images = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN COALESCE(excluded.images, known.images)
    ELSE known.images
END,
basic_info_updated_at = CASE
    WHEN
        excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
        OR known.basic_info_updated_at > (SELECT {latest})
        THEN excluded.basic_info_updated_at
    ELSE known.basic_info_updated_at
END
