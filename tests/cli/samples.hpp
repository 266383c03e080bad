// A small library in the middle of a night: one robot, two drives, three cartridges, four requests, one question to a person.
// All times count from a fixed moment. Thread rule: values.
#pragma once

#include "api/protocol/messages.hpp"

namespace rsm::cli::samples {

inline std::int64_t now = 1'772'368'496'000;  // 2026-03-01 12:34:56 UTC, unless a program sets it
constexpr std::int64_t minute = 60'000;

// An id whose first digits are `start` and whose last are `number`.
Guid guid(std::uint32_t start, std::uint32_t number = 0);

wire::LibraryInfo library();
wire::ChangerInfo changer();
std::vector<wire::DriveInfo> drives();   // Drive 0 loaded with A00001:1, Drive 1 empty
std::vector<wire::MediumInfo> media();   // A00001 (two sides) in drive 0, A00002 (one side) in slot 2, Ä-大 offline
std::vector<wire::SlotInfo> slots();
std::vector<wire::PortInfo> ports();
std::vector<wire::SessionInfo> sessions();
// The first one is also found by this number.
constexpr std::int64_t number_of_the_first = 1042;
std::vector<wire::RequestInfo> requests();  // in process, waiting, queued, failed
std::vector<wire::OperatorRequestInfo> operator_requests();
std::vector<wire::EventInfo> events();
wire::StatusReply status();

}  // namespace rsm::cli::samples
