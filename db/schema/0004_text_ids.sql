-- The id of a file system is its text, as every tool shows it; a disc may bear a second label.
ALTER TABLE side ADD COLUMN omid_also BLOB;  -- type, blank, id; NULL: there is none
CREATE INDEX side_by_other_label ON side (omid_also) WHERE omid_also IS NOT NULL;
UPDATE side
SET omid_id = CAST(lower(substr(hex(omid_id), 1, 8) || '-' || substr(hex(omid_id), 9, 4) || '-' || substr(hex(omid_id), 13, 4) || '-' ||
                         substr(hex(omid_id), 17, 4) || '-' || substr(hex(omid_id), 21)) AS BLOB)
WHERE omid_type IN ('EXT2', 'EXT3', 'EXT4', 'XFS', 'BTRFS') AND length(omid_id) = 16;
