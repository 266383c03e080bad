-- Who has allocated a logical medium, and how many each user has: a quota asks that at every allocation. What was allocated before is nobody's.
ALTER TABLE logical_medium ADD COLUMN user TEXT NOT NULL DEFAULT '';

-- Kept by triggers, in the transaction of the change; of nobody ('') nothing is counted.
CREATE TABLE user_media_counter (
  user TEXT NOT NULL PRIMARY KEY,
  media INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER logical_medium_counted_for_user AFTER INSERT ON logical_medium WHEN NEW.user <> '' BEGIN
  INSERT INTO user_media_counter (user, media) VALUES (NEW.user, 1) ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER logical_medium_uncounted_for_user AFTER DELETE ON logical_medium WHEN OLD.user <> '' BEGIN
  UPDATE user_media_counter SET media = media - 1 WHERE user = OLD.user;
  DELETE FROM user_media_counter WHERE user = OLD.user AND media = 0;
END;
CREATE TRIGGER logical_medium_recounted_for_user AFTER UPDATE OF user ON logical_medium WHEN OLD.user <> NEW.user BEGIN
  UPDATE user_media_counter SET media = media - 1 WHERE user = OLD.user;
  DELETE FROM user_media_counter WHERE user = OLD.user AND media = 0;
  INSERT INTO user_media_counter (user, media) SELECT NEW.user, 1 WHERE NEW.user <> '' ON CONFLICT DO UPDATE SET media = media + 1;
END;
