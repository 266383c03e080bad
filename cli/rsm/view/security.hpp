// Security descriptors for people: who may what, as a table and as words, and back.
//
// What for: `rsm security`. Subjects: user:NAME, group:NAME (or their numbers), everyone, administrators, creator, service, or a SID. Rights: use, modify,
// control, read-security, write-security, take-ownership, or all. Errors: invalid_parameter (87) with what to write instead.
// Thread rule: names of users and groups come from the system's databases; the main thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/rsm/text/table.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/security_descriptor.hpp"

namespace rsm::cli {

// "user:alice", where the system knows the name; else "user:1000".
std::string subject_text(security::Sid const& sid);
Result<security::Sid> parse_subject(std::string_view text);
// "WHO=RIGHT,RIGHT".
Result<security::Entry> parse_entry(std::string_view text, security::EntryType type);

std::string security_table(security::Descriptor const& descriptor, Canvas const& canvas);
std::string security_json(security::Descriptor const& descriptor);

// The list with this entry in the place of all that said the same kind of thing of its subject: refusals stand first, what is inherited last.
void put_entry(security::AccessList& list, security::Entry entry);

}  // namespace rsm::cli
