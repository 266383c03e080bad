-- Media are found by the beginning of what a label says of itself, as they are by bar code and name.
CREATE INDEX side_by_info ON side (omid_info) WHERE omid_info IS NOT NULL;
