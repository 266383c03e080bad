// User and secret of an iSCSI login (CHAP), from a file.
//
// What for: secrets stand in no configuration, no address and no list of processes. The file, in lines:
//   # a comment; empty lines are skipped
//   user = NAME               both are needed
//   secret = TEXT             everything behind "= ", as it is: no quotes, blanks count
//   target_user = NAME        both or none: what the target has to prove (mutual CHAP)
//   target_secret = TEXT      another one than secret
// It is a regular file, not a link, of mode 0600 or stricter, and belongs to root or to the user of this process; that is checked on the
// opened file. Units: bytes; ranges: names and secrets of 1 to limits::chap_text_bytes_max bytes, the file at most
// limits::chap_file_bytes_max. Errors: resource_not_present, there is none; access_denied, others may read it, or it cannot be read;
// bad_format, what is in it. The object is the file; no sentence holds anything that stands in it. Thread rule: none. Source: RFC
// 7143 9.2.1 and 12.1.3.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

struct Chap {
  std::string user, secret;
  std::string target_user, target_secret;  // empty: the target proves nothing

  bool is_mutual() const { return !target_user.empty(); }
  // Who listens on the network can guess it: worth a warning, not a refusal, since the target may be able to do no better.
  bool is_weak() const;
};

Result<Chap> read_chap_file(std::string const& path);

}  // namespace rsm::scsi
