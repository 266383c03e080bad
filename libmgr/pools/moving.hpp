// Media that go from one pool into another, and libraries that take a media type or take it no more.
//
// What for: MoveToNtmsMediaPool, ChangeNtmsMediaType, AddNtmsMediaType, DeleteNtmsMediaType. What a move does to the sides says pools/moves; here it is
// checked and written. A move is done when it is durable; a notification of COMPLETE names the pool (or, of a change of type, the medium).
// What comes into a free pool waits UNPREPARED, and its free label is asked for (pools/labels_wanted); moved into it once more, what still waits is asked for again.
// Errors: those of each function, in ntms-functions.md section 4. Thread rule: the loop only. Source: rsm-model.md sections 5 and 6.
#pragma once

#include "libmgr/record/book.hpp"

namespace rsm {

// change_type: the medium gets the media type of the pool (ChangeNtmsMediaType); else it has to have it.
struct MoveToPoolCall {
  MediumId medium;
  PoolId pool;
  bool change_type = false;
  DriveId drive{};  // into a free pool: the label is written in this drive; zero: in any
};

// takes: from now on (AddNtmsMediaType); else no more (DeleteNtmsMediaType).
struct MediaTypeCall {
  MediaTypeId type;
  LibraryId library;
  bool takes = true;
};

namespace pools {

// invalid_media (4300: unknown, or a cleaning cartridge), invalid_media_pool (4302: unknown, not for media, or no move into it), access_denied (5),
// media_incompatible (4315: another media type, or another number of sides), busy (170); with a drive: invalid_drive (15), drive_media_mismatch (4303: of another library). Into a free pool also resource_not_available (5006: too many requests are open).
Result<MediumId> move_to_pool(Book& book, Caller const& caller, MoveToPoolCall const& call);

// invalid_media (4300), invalid_library (4301), access_denied (5), library_offline (4305: adding), not_empty (4307: media of this type are in the library).
Result<LibraryId> set_media_type(Book& book, Caller const& caller, MediaTypeCall const& call);

// Its sides become UNPREPARED (or AVAILABLE, where no label is written), and their labels are asked for. The caller has checked that it may go there; `medium` is put
// into the book. S6 and S18 of rsm-model.md section 7.
Result<> enter_free_pool(Book& book, Caller const& caller, MediumRecord medium, PoolRecord const& free, DriveId drive, std::string const& reason);
// Whether it could: into the free pool of its type. Nothing: there is none, or what is on it cannot be overwritten.
PoolRecord const* free_pool_for(World const& world, MediumRecord const& medium);

// Why the medium is in use: mounted, or in a request. Empty: it is not. With a side: why that one is.
std::string in_use(Book const& book, MediumId medium, SideId side = {});

// Logical media are in the pool of their medium.
Result<> take_logical_media_along(Book& book, MediumRecord const& medium, std::string const& reason);

}  // namespace pools
}  // namespace rsm
